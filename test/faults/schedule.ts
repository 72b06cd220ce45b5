import type { Fault } from '../../harness/fault-proxy/fault.ts';

/** The client whose requests a fault hits. All workers of a function have the same role. */
export type Role = 'consumer' | 'fulfillment' | 'analytics' | 'ingest' | 'functions';

/** A fault that hits requests. */
export interface RequestFault {
  fault: Fault;
  /** Default: any client. */
  role?: Role;
  /** Name of the action in the API reference. Default: all actions. */
  action?: string;
  service?: 'sqs' | 'sns' | 's3' | 'dynamodb';
  /** Number of the first matching request to hit, from 1. */
  nth: number;
  /** Number of consecutive matching requests to hit. */
  times: number;
}

/** A fault of a process or a machine. */
export type Incident =
  /** Postgres stops, and restarts after `ms`. */
  | { kind: 'database-outage'; ms: number }
  /** All connections to Postgres are cut, including those with running statements. */
  | { kind: 'database-cut' }
  /** The process of the embedded cloud is killed, and restarts with its data directory. */
  | { kind: 'cloud-killed' }
  /** The embedded cloud, Postgres and all workers are killed, and restart. */
  | { kind: 'power-cut' }
  /** The embedded cloud cannot write to its data directory for `ms`. It restarts if it exits. */
  | { kind: 'disk-full'; ms: number }
  /** The clock of a worker's host jumps by `ms`. */
  | { kind: 'clock-jump'; worker: string; ms: number }
  /** A deployment: each worker starts before its predecessor stops, or all functions are replaced at once. */
  | { kind: 'deployment' };

export interface ScheduledIncident {
  /** Share of orders that are published when the incident starts. */
  at: number;
  incident: Incident;
}

/** The faults of a run. They depend only on its seed. */
export interface Schedule {
  seed: number;
  /** Theme of the schedule. */
  title: string;
  /** The consumers of the queues: worker processes, or the embedded cloud's functions. */
  runtime: 'workers' | 'functions';
  requests: RequestFault[];
  incidents: ScheduledIncident[];
  /**
   * Whether a crash or a lost SNS response can occur between an order's publish and its mark. Only then may a confirmation be
   * repeated.
   */
  interruptsPublish: boolean;
}
