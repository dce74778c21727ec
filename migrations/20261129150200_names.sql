-- English names of genres and categories, which product info does not contain. Ids that are not listed are stored without a
-- name. An existing name stays.

insert into steam_genres (genre_id, name) values
  (1, 'Action'), (2, 'Strategy'), (3, 'RPG'), (4, 'Casual'), (9, 'Racing'), (18, 'Sports'), (23, 'Indie'),
  (25, 'Adventure'), (28, 'Simulation'), (29, 'Massively Multiplayer'), (37, 'Free to Play'),
  (50, 'Accounting'), (51, 'Animation & Modeling'), (52, 'Audio Production'), (53, 'Design & Illustration'),
  (54, 'Education'), (55, 'Photo Editing'), (56, 'Software Training'), (57, 'Utilities'),
  (58, 'Video Production'), (59, 'Web Publishing'), (60, 'Game Development'), (70, 'Early Access'),
  (71, 'Sexual Content'), (72, 'Nudity'), (73, 'Violent'), (74, 'Gore'), (81, 'Documentary'),
  (84, 'Tutorial')
on conflict (genre_id) do update set name = excluded.name where steam_genres.name is null;

insert into steam_categories (category_id, name) values
  (1, 'Multi-player'), (2, 'Single-player'), (8, 'Valve Anti-Cheat enabled'), (9, 'Co-op'),
  (13, 'Captions available'), (14, 'Commentary available'), (15, 'Stats'), (16, 'Includes Source SDK'),
  (17, 'Includes level editor'), (18, 'Partial Controller Support'), (20, 'MMO'),
  (21, 'Downloadable Content'), (22, 'Steam Achievements'), (23, 'Steam Cloud'), (24, 'Shared/Split Screen'),
  (25, 'Steam Leaderboards'), (27, 'Cross-Platform Multiplayer'), (28, 'Full controller support'),
  (29, 'Steam Trading Cards'), (30, 'Steam Workshop'), (31, 'VR Support'), (32, 'Steam Turn Notifications'),
  (33, 'Native Steam Controller Support'), (35, 'In-App Purchases'), (36, 'Online PvP'),
  (37, 'Shared/Split Screen PvP'), (38, 'Online Co-op'), (39, 'Shared/Split Screen Co-op'),
  (40, 'SteamVR Collectibles'), (41, 'Remote Play on Phone'), (42, 'Remote Play on Tablet'),
  (43, 'Remote Play on TV'), (44, 'Remote Play Together'), (47, 'LAN PvP'), (48, 'LAN Co-op'), (49, 'PvP'),
  (50, 'Additional High-Quality Audio'), (51, 'Steam China Workshop'), (52, 'Tracked Controller Support'),
  (53, 'VR Supported'), (54, 'VR Only'), (61, 'HDR available'), (62, 'Family Sharing'),
  (63, 'Steam Timeline'), (64, 'Adjustable Text Size'), (65, 'Subtitle Options'), (66, 'Color Alternatives'),
  (67, 'Camera Comfort'), (68, 'Custom Volume Controls'), (69, 'Stereo Sound'), (70, 'Surround Sound'),
  (71, 'Narrated Game Menus'), (72, 'Chat Speech-to-text'), (73, 'Chat Text-to-speech'),
  (74, 'Playable without Timed Input'), (75, 'Keyboard Only Option'), (76, 'Mouse Only Option'),
  (77, 'Touch Only Option'), (78, 'Adjustable Difficulty'), (79, 'Save Anytime')
on conflict (category_id) do update set name = excluded.name where steam_categories.name is null;
