import type { DeniedRequest } from '../../operations/status/inspection.ts';
import type { CallThread } from '../thread-rpc.ts';
import type { Access, Denial } from './access.ts';
import { KNOWN_ACTIONS } from './actions.ts';
import type { Enforcement } from './caller.ts';
import {
  type AccessSettings,
  type Check,
  createAccess,
  type GrantUse,
  type RecordingAccess,
} from './create-access.ts';

/** Number of different requests that are kept, the most recent ones. */
const MAX_DENIED = 100;

/** The access of one thread. */
export interface ThreadAccess {
  /** For the services of the thread. Nothing is enforced before `setAccess`. */
  enforcement: Enforcement;
  /** @throws Error for a policy that cannot be enforced */
  setAccess(settings: AccessSettings): void;
  /** Returns the last requests that were refused, the oldest first. */
  denials(): DeniedRequest[];
  /** Returns the different requests that were decided. Empty before `setAccess`. */
  checks(): Check[];
  /** Returns the rights of all roles, and whether requests to this thread used them. Empty before `setAccess`. */
  usage(): GrantUse[];
}

/** The access of another thread. */
export interface RemoteAccess {
  /**
   * Enforces IAM from now on, or with other settings than before.
   *
   * @throws Error for a policy that cannot be enforced
   */
  setAccess(settings: AccessSettings): Promise<void>;
  /** Returns the last 100 different requests that the thread refused, the oldest first. */
  denials(): Promise<DeniedRequest[]>;
  /** Returns the different requests that the thread decided. */
  checks(): Promise<Check[]>;
  /** Returns the rights of all roles, and whether requests to the thread used them. */
  usage(): Promise<GrantUse[]>;
}

/** Calls of a thread that serves its {@link ThreadAccess}. */
export type AccessCalls = Pick<ThreadAccess, keyof RemoteAccess>;

/** Returns the access of the thread at the other side of a port. */
export const connectAccess = (call: CallThread<AccessCalls>): RemoteAccess => ({
  setAccess: (settings) => call('setAccess', settings),
  denials: () => call('denials'),
  checks: () => call('checks'),
  usage: () => call('usage'),
});

/** @param onDenied Called with each refusal. */
export function createThreadAccess(onDenied: (denied: DeniedRequest) => void): ThreadAccess {
  const denied = new Map<string, DeniedRequest>();
  const enforcement: Enforcement = {};
  let recording: RecordingAccess | undefined;

  function record(denial: Denial): void {
    const key = `${denial.principal} ${denial.action} ${denial.resource}`;
    const count = (denied.get(key)?.count ?? 0) + 1;
    const request = { ...denial, count, at: Date.now() };
    // Moves it to the end, behind those that were refused before.
    denied.delete(key);
    denied.set(key, request);
    const [oldest] = denied.keys();
    if (denied.size > MAX_DENIED && oldest !== undefined) denied.delete(oldest);
    onDenied(request);
  }

  return {
    enforcement,
    setAccess(settings) {
      recording = createAccess(settings, KNOWN_ACTIONS);
      enforcement.access = recordDenials(recording, record);
    },
    denials: () => [...denied.values()],
    checks: () => recording?.checks() ?? [],
    usage: () => recording?.usage() ?? [],
  };
}

function recordDenials(access: Access, record: (denial: Denial) => void): Access {
  return {
    identify: (accessKeyId) => access.identify(accessKeyId),
    check(principal, request) {
      const denial = access.check(principal, request);
      if (denial) record(denial);
      return denial;
    },
    validate: (resourcePolicy) => access.validate(resourcePolicy),
  };
}
