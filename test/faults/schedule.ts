import type { Fault } from '../../harness/fault-proxy/fault.ts';

/** The client that a fault of requests hits; workers of one function count together. */
export type Role = 'consumer' | 'fulfillment' | 'analytics' | 'ingest' | 'functions';

/** A fault of requests. */
export interface RequestFault {
  fault: Fault;
  /** Default: any client. */
  role?: Role;
  /** The action's name in the API reference; default: every action of the service. */
  action?: string;
  service?: 'sqs' | 'sns' | 's3' | 'dynamodb';
  /** The first of those requests that is hit, counted from 1. */
  nth: number;
  /** How many are hit, one after another. */
  times: number;
}

/** A fault of a process, or of a machine. */
export type Happening =
  /** Postgres is stopped, and started again after this many ms. */
  | { kind: 'database-outage'; ms: number }
  /** Connections to Postgres are cut, those of statements under way among them. */
  | { kind: 'database-cut' }
  /** The embedded cloud's process is killed, and started again on its data directory. */
  | { kind: 'cloud-killed' }
  /** The same, with Postgres and every worker. */
  | { kind: 'power-cut' }
  /** The embedded cloud cannot write to its data directory for this many ms; it is started again if that ends it. */
  | { kind: 'disk-full'; ms: number }
  /** The clock of one worker's host jumps, by ms. */
  | { kind: 'clock-jump'; worker: string; ms: number }
  /** The code is replaced: workers one by one, each new one before the old one stops; or all functions together. */
  | { kind: 'deployment' };

export interface ScheduledHappening {
  /** Orders published by then, as a part of all. */
  at: number;
  happening: Happening;
}

/** The faults of one run, which follow from its seed alone. */
export interface Schedule {
  seed: number;
  /** Its theme, in a few words. */
  title: string;
  /** The consumers of the queues: worker processes, or the embedded cloud's functions. */
  runtime: 'workers' | 'functions';
  requests: RequestFault[];
  happenings: ScheduledHappening[];
  /**
   * Whether something may come between an order's publish and its mark: a death, or an answer of SNS that is lost. Only then
   * may a confirmation be repeated.
   */
  interruptsPublish: boolean;
}
