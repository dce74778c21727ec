export type { Change } from './catalogue/catalogue.ts';
export type { Fault, FaultInput, FaultKind, RequestKind } from './faults/fault.ts';
export type { ArmedFault } from './faults/faults.ts';
export type { AppChange, AppEdit } from './pics/pics.ts';
export type { Addresses, AppToken, AppTruth, Simulator, TokenChange } from './simulator.ts';
export type { SimulatorInput } from './options.ts';
export type { LoggedRequest } from './counters.ts';
export { startSimulator } from './start-simulator.ts';
