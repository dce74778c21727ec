import { expect, test } from 'vitest';
import { describeSettings } from './describe-settings.ts';
import { settingSchemas } from './settings.ts';

const find = (variables: Record<string, string>, name: string) =>
  describeSettings(variables).find((setting) => setting.name === name);

test('describes every setting', () => {
  expect(describeSettings({}).map((setting) => setting.name)).toEqual(Object.keys(settingSchemas));
});

test('says whether a value comes from the environment, is the default, or is not set', () => {
  expect(find({}, 'FETCH_BATCH_SIZE')).toMatchObject({ value: '200', origin: 'default' });
  expect(find({ FETCH_BATCH_SIZE: '50' }, 'FETCH_BATCH_SIZE')).toMatchObject({
    value: '50',
    origin: 'environment',
  });
  expect(find({}, 'STEAM_CM_SERVERS')).toMatchObject({ value: undefined, origin: 'not set' });
});

test.each([
  [
    'DATABASE_URL',
    'postgres://anna:hunter2@db.example:5432/steam?sslmode=require&password=hunter2',
    'postgres://anna:***@db.example:5432/steam?sslmode=require',
  ],
  ['REDIS_URL', 'rediss://:hunter2@cache.example:6379', 'rediss://:***@cache.example:6379'],
  ['DATABASE_URL', 'hunter2', '(hidden)'],
  ['DATABASE_URL', 'postgres://anna:1#hunter2@db.example/steam', '(hidden)'],
  ['STEAM_WEB_API_KEY', 'hunter2', '(hidden)'],
  ['BOARD_PASSWORD', 'hunter2://hunter2', '(hidden)'],
])('shows no secret of %s', (name, value, shown) => {
  expect(find({ [name]: value }, name)?.value).toBe(shown);
});
