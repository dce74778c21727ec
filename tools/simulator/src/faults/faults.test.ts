import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { faultSchema } from './fault.ts';
import { Faults } from './faults.ts';

describe('an armed fault', () => {
  test('strikes every time until it is disarmed', () => {
    const faults = new Faults(1);
    const { id } = faults.arm({ kind: 'silent-gap' });
    expect([faults.strike('silent-gap'), faults.strike('silent-gap')]).toEqual([
      { kind: 'silent-gap' },
      { kind: 'silent-gap' },
    ]);
    expect(faults.strike('force-full')).toBeUndefined();
    expect(faults.list()).toEqual([{ id, fault: { kind: 'silent-gap' }, struck: 2 }]);
    expect(faults.disarm(id)).toBe(true);
    expect(faults.strike('silent-gap')).toBeUndefined();
    expect(faults.disarm(id)).toBe(false);
    expect(faults.struck).toEqual({ 'silent-gap': 2 });
  });

  test('strikes `next` times, and then the next fault takes over', () => {
    const faults = new Faults(1);
    faults.arm({ kind: 'late-answer', ms: 5, next: 2 });
    faults.arm({ kind: 'late-answer', ms: 7, next: 1 });
    const strikes = Array.from({ length: 4 }, () => faults.strike('late-answer')?.ms);
    expect(strikes).toEqual([5, 5, 7, undefined]);
    expect(faults.list()).toEqual([]);
  });

  test('strikes for `forMs` and no longer', () => {
    let now = 1_000;
    const faults = new Faults(1, () => now);
    faults.arm({ kind: 'refuse-connections', forMs: 50 });
    now = 1_049;
    expect(faults.strike('refuse-connections')).toBeDefined();
    now = 1_050;
    expect(faults.strike('refuse-connections')).toBeUndefined();
  });

  test('with a probability strikes the same requests for the same seed, and different ones for another seed', () => {
    const strikesOf = (seed: number) => {
      const faults = new Faults(seed);
      faults.arm({ kind: 'no-answer', probability: 0.3 });
      return Array.from({ length: 1_000 }, () => faults.strike('no-answer') !== undefined);
    };
    expect(strikesOf(5)).toEqual(strikesOf(5));
    expect(strikesOf(5)).not.toEqual(strikesOf(6));
    const share = strikesOf(5).filter(Boolean).length / 1_000;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.35);
  });

  test('with appids strikes only these apps, and requests for one of them', () => {
    const faults = new Faults(1);
    faults.arm({ kind: 'no-answer', appids: [440] });
    expect(faults.strike('no-answer', { appids: [10, 570] })).toBeUndefined();
    expect(faults.strike('no-answer', { appids: [10, 440] })).toBeDefined();
    expect(faults.strike('no-answer')).toBeUndefined();
  });

  test('does not strike logons unless they are named', () => {
    const faults = new Faults(1);
    faults.arm({ kind: 'no-answer', next: 1 });
    expect(faults.strike('no-answer', { request: 'logon' })).toBeUndefined();
    faults.arm({ kind: 'no-answer', requests: ['logon'] });
    expect(faults.strike('no-answer', { request: 'logon' })).toBeDefined();
    expect(faults.strike('no-answer', { request: 'changes' })).toBeDefined();
    expect(faults.strike('no-answer', { request: 'changes' })).toBeUndefined();
  });

  test('of kind frozen strikes only sessions that logged on before it', () => {
    const faults = new Faults(1, () => 500);
    faults.arm({ kind: 'frozen' });
    expect(faults.strike('frozen', { request: 'changes', loggedOnAt: 500 })).toBeDefined();
    expect(faults.strike('frozen', { request: 'changes', loggedOnAt: 501 })).toBeUndefined();
  });
});

test.each([
  [{ kind: 'no-such-fault' }, /kind/],
  [{ kind: 'no-answer', probability: 2 }, /probability/],
  [{ kind: 'no-answer', ms: 5 }, /ms/],
])('an invalid fault is rejected with the reason: %j', (fault, reason) => {
  const faults = new Faults(1);
  // @ts-expect-error input from outside may be invalid
  expect(() => faults.arm(fault)).toThrow(reason);
  expect(faults.list()).toEqual([]);
});

test('the README lists every fault', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const kinds = faultSchema.options.map(({ shape }) => shape.kind.value);
  expect(kinds.filter((kind) => !readme.includes(`\`${kind}\``))).toEqual([]);
});
