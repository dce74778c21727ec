import { SeededRandom } from '../catalogue/seeded-random.ts';
import type { FaultOf } from '../faults/fault.ts';

/** A body as a broken line would deliver it: one bit flipped, cut in half, or noise of the same length. */
export function damageBuffer(buffer: Buffer, damage: FaultOf<'corrupt-body'>['damage']): Buffer {
  const damaged = Buffer.from(buffer);
  switch (damage) {
    case 'flip': {
      const middle = damaged.length >>> 1;
      damaged[middle] = (damaged[middle] ?? 0) ^ 1;
      return damaged;
    }
    case 'cut':
      return damaged.subarray(0, damaged.length >>> 1);
    case 'garbage': {
      const random = new SeededRandom(damaged.length);
      return Buffer.from(damaged.map(() => random.between(0, 255)));
    }
  }
}
