-- English names of what product info only numbers or abbreviates: content descriptors, results of Valve's tests on Steam
-- Deck, and the categories that the store does not show. Ids and tokens that are not listed have no name.

do $$
begin
  if to_regclass('steam_content_descriptors') is null then
    create table steam_content_descriptors (descriptor_id integer primary key, name text);
    alter table steam_content_descriptors enable row level security;
  end if;
  if to_regclass('steam_deck_tests') is null then
    create table steam_deck_tests (token text primary key, name text);
    alter table steam_deck_tests enable row level security;
  end if;
end $$;

comment on table steam_content_descriptors is
  'What the ids in apps.content_descriptors mean, in the words of the store''s preferences.';
comment on column steam_content_descriptors.descriptor_id is 'Steam''s id of the content descriptor.';
comment on column steam_content_descriptors.name is 'English name.';
comment on table steam_deck_tests is
  'What the tokens in app_steam_deck.tests mean, in the words that the store shows. A token that is new at Valve is missing.';
comment on column steam_deck_tests.token is 'Steam''s token, beginning with #SteamDeckVerified_TestResult_.';
comment on column steam_deck_tests.name is 'The sentence that the store shows for it, in English.';

insert into steam_content_descriptors (descriptor_id, name) values
  (1, 'Some Nudity or Sexual Content'), (2, 'Frequent Violence or Gore'), (3, 'Adult Only Sexual Content'),
  (4, 'Frequent Nudity or Sexual Content'), (5, 'General Mature Content')
on conflict (descriptor_id) do update set name = excluded.name where steam_content_descriptors.name is null;

-- From the English texts of the store, shared_english-json.js.
insert into steam_deck_tests (token, name)
select '#SteamDeckVerified_TestResult_' || token, name
from (values
  ('AudioOutputHasNonblockingIssues', 'This game has minor audio issues on Steam Deck'),
  ('AuxFunctionalityNotAccessible_MapEditor', 'Some auxiliary functionality is not accessible on Steam Deck: map editor'),
  ('CloudSavesNotEnabledByDefault', 'This game requires manually enabling Steam Cloud support for saved games using in-game settings'),
  ('ControllerGlyphsDoNotMatchDeckDevice', 'This game sometimes shows mouse, keyboard, or non-Steam-Deck controller icons'),
  ('ControllerGlyphsMatchDeckDevice', 'This game shows Steam Deck controller icons'),
  ('CrossPlatformCloudSavesNotSupported', 'This game does not support cross-platform saved games'),
  ('DefaultConfigurationIsNotPerformant', 'This game requires manual configuration of graphics settings to perform well on Steam Deck'),
  ('DefaultConfigurationIsPerformant', 'This game''s default graphics configuration performs well on Steam Deck'),
  ('DefaultControllerConfigFullyFunctional', 'All functionality is accessible when using the default controller configuration'),
  ('DefaultControllerConfigNotFullyFunctional', 'Some functionality is not accessible when using the default controller configuration, requiring use of the touchscreen or virtual keyboard, or a community configuration'),
  ('DeviceCompatibilityWarningsShown', 'This game displays compatibility warnings when running on Steam Deck, but runs fine'),
  ('DisplayOutputHasNonblockingIssues', 'This game has minor graphics/display issues on Steam Deck'),
  ('DisplayOutputNotCorrectlyScaled', 'This game is incorrectly scaled on Steam Deck and may require you to configure the display resolution manually'),
  ('ExternalControllersNotSupportedLocalMultiplayer', 'This game does not support external Bluetooth/USB controllers on Deck for local multiplayer'),
  ('ExternalControllersNotSupportedPrimaryPlayer', 'This game does not default to external Bluetooth/USB controllers on Deck, and may require manually switching the active controller via the Quick Access Menu'),
  ('FirstTimeSetupRequiresActiveInternetConnection', 'This game''s first-time setup requires an active Internet connection'),
  ('GameOrLauncherDoesntExitCleanly', 'This game does not exit cleanly, and may require you to manually quit via the Steam overlay'),
  ('GamepadNotEnabledByDefault', 'This game requires manually enabling controller support using in-game settings'),
  ('InterfaceTextIsLegible', 'In-game interface text is legible on Steam Deck'),
  ('InterfaceTextIsNotLegible', 'Some in-game text is small and may be difficult to read'),
  ('LauncherInteractionIssues', 'This game''s launcher/setup tool may require the touchscreen or virtual keyboard, or have difficult to read text'),
  ('MultiWindowAppAutomaticallySetsFocus', 'This game uses multiple windows and may require you to focus the appropriate windows manually via the Steam overlay'),
  ('NativeResolutionNotDefault', 'This game supports Steam Deck''s native display resolution but does not set it by default and may require you to configure the display resolution manually'),
  ('NativeResolutionNotSupported', 'This game doesn''t support Steam Deck''s native display resolution and may experience degraded performance'),
  ('NotFullyFunctionalWithoutExternalKeyboard', 'Parts of this game would benefit from using an external keyboard'),
  ('ResumeFromSleepNotFunctional', 'This game may experience temporary issues after sleeping on Steam Deck'),
  ('SimultaneousInputGyroTrackpadFriendly', 'This game supports using the gyro/trackpad in mouse mode for camera controls with gamepad controls for movement'),
  ('SingleplayerGameplayRequiresActiveInternetConnection', 'Singleplayer gameplay requires an active Internet connection'),
  ('SteamOSDoesNotSupport', 'Valve is still working on adding support for this game on Steam Deck'),
  ('SteamOSDoesNotSupport_Software', 'Valve is still working on adding support for this game on Steam Deck'),
  ('SteamOSDoesNotSupport_VR', 'Steam Deck does not support VR games'),
  ('TextInputDoesNotAutomaticallyInvokesKeyboard', 'Entering some text requires manually invoking the on-screen keyboard'),
  ('UnsupportedAntiCheatConfiguration', 'This game''s anti-cheat is not configured to support Steam Deck'),
  ('UnsupportedAntiCheat_Other', 'This game is unsupported on Steam Deck due to use of an unsupported anti-cheat'),
  ('UnsupportedGraphicsPerformance', 'This game''s graphics settings cannot be configured to run well on Steam Deck'),
  ('VideoPlaybackHasNonblockingIssues', 'Some in-game movie content may be missing')
) as texts (token, name)
on conflict (token) do update set name = excluded.name where steam_deck_tests.name is null;

-- Categories that apps have and the store shows under no name, as EStoreCategory of the Steam client calls them. 80 and 82
-- occur as well and have no known name.
insert into steam_categories (category_id, name) values
  (6, 'Mods (require HL2)'), (10, 'Game demo'), (12, 'HDR'), (19, 'Mods'), (45, 'Cloud Gaming'),
  (46, 'Cloud Gaming (NVIDIA)'), (55, 'PS4 Controller'), (56, 'PS4 Controller (Bluetooth)'), (57, 'PS5 Controller'),
  (58, 'PS5 Controller (Bluetooth)'), (59, 'Steam Input API'), (60, 'Gamepad Preferred')
on conflict (category_id) do update set name = excluded.name where steam_categories.name is null;
