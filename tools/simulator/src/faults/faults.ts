import { SeededRandom } from '../catalogue/seeded-random.ts';
import {
  faultSchema,
  type Fault,
  type FaultInput,
  type FaultKind,
  type FaultOf,
  type RequestKind,
} from './fault.ts';

/** A fault that will strike. */
export interface ArmedFault {
  id: number;
  fault: Fault;
  struck: number;
}

interface Armed extends ArmedFault {
  random: SeededRandom;
  armedAt: number;
  expiresAt: number;
  appids: ReadonlySet<number> | undefined;
}

/** What a fault may strike: an app in a response, or a request with all its apps and its session. */
export interface Target {
  appids?: readonly number[];
  request?: RequestKind;
  /** Milliseconds of the clock of the faults. */
  loggedOnAt?: number;
}

/**
 * The armed faults. Each one has its own random sequence, defined by the seed and the order of arming, so that the same
 * requests meet the same faults.
 */
export class Faults {
  readonly #seed: number;
  readonly #now: () => number;
  readonly #armed = new Map<FaultKind, Armed[]>();
  readonly #struck: Partial<Record<FaultKind, number>> = {};
  #lastId = 0;

  /** @param now the clock, in milliseconds. */
  constructor(seed: number, now: () => number = Date.now) {
    this.#seed = seed;
    this.#now = now;
  }

  /** How often each kind has struck. */
  get struck(): Readonly<Partial<Record<FaultKind, number>>> {
    return this.#struck;
  }

  /** @throws ZodError for an invalid fault. */
  arm(input: FaultInput): ArmedFault {
    const fault = faultSchema.parse(input);
    this.#lastId += 1;
    const armed: Armed = {
      id: this.#lastId,
      fault,
      struck: 0,
      random: new SeededRandom(this.#seed, this.#lastId, 0xfa17),
      armedAt: this.#now(),
      expiresAt: fault.forMs === undefined ? Infinity : this.#now() + fault.forMs,
      appids: fault.appids && new Set(fault.appids),
    };
    const live = (this.#armed.get(fault.kind) ?? []).filter((other) => this.#isLive(other));
    this.#armed.set(fault.kind, [...live, armed]);
    return { id: armed.id, fault, struck: 0 };
  }

  /** Disarms one fault, or all of them; false when no fault has this id. */
  disarm(id?: number): boolean {
    let found = id === undefined;
    for (const [kind, armed] of this.#armed) {
      const left = armed.filter((one) => id !== undefined && one.id !== id);
      found ||= left.length < armed.length;
      this.#armed.set(kind, left);
    }
    return found;
  }

  /** The armed faults, oldest first. */
  list(): ArmedFault[] {
    return [...this.#armed.values()]
      .flat()
      .filter((armed) => this.#isLive(armed))
      .sort((one, other) => one.id - other.id)
      .map(({ id, fault, struck }) => ({ id, fault, struck }));
  }

  /** The oldest live fault of a kind, without a strike: for faults that depend on what happens. */
  peek<Kind extends FaultKind>(kind: Kind): FaultOf<Kind> | undefined {
    return this.#armed.get(kind)?.find((armed) => this.#isLive(armed))?.fault as FaultOf<Kind> | undefined;
  }

  /** The first fault of this kind that strikes now; undefined when none does. */
  strike<Kind extends FaultKind>(kind: Kind, target: Target = {}): FaultOf<Kind> | undefined {
    for (const armed of this.#armed.get(kind) ?? []) {
      if (!this.#isLive(armed) || !isAimedAt(armed, target)) continue;
      const { probability } = armed.fault;
      if (probability !== undefined && !armed.random.chance(probability)) continue;
      armed.struck += 1;
      this.#struck[kind] = (this.#struck[kind] ?? 0) + 1;
      return armed.fault as FaultOf<Kind>;
    }
    return undefined;
  }

  #isLive({ struck, expiresAt, fault }: Armed): boolean {
    return this.#now() < expiresAt && struck < (fault.next ?? Infinity);
  }
}

function isAimedAt({ fault, appids, armedAt }: Armed, target: Target): boolean {
  if (fault.kind === 'frozen') return (target.loggedOnAt ?? Infinity) <= armedAt;
  if (appids && !target.appids?.some((appid) => appids.has(appid))) return false;
  if (target.request === undefined) return true;
  const aimed = 'requests' in fault ? fault.requests : undefined;
  return aimed ? aimed.includes(target.request) : target.request !== 'logon';
}
