import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { Burst, LiveStatus, Trouble } from '../../api.ts';
import { appendStatus, emptyHistory, type History } from './history.ts';

/**
 * connecting → live ⇄ reconnecting → unavailable → live
 *
 * `unavailable`: several attempts failed, or the server cannot read the pipeline.
 */
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'unavailable';

export interface Live {
  /** Null until the first `status` event. */
  status: LiveStatus | null;
  connection: Connection;
  /** Why the server cannot read the pipeline; null if it can. */
  trouble: string | null;
  /** The same object throughout; its columns are mutated. */
  history: History;
}

export interface LiveStore {
  get(): Live;
  /** @returns A function that ends the subscription. */
  subscribe(listener: () => void): () => void;
  connect(): void;
  /** Applies the burst of a response before the next event arrives. */
  setBurst(burst: Burst): void;
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;
const FAILURES_TO_UNAVAILABLE = 3;
/** The server sends an event at least every 5 s, unless the services that it reads are slow. */
const SILENCE_MS = 30_000;
/** A tab hidden for this long disconnects, so that the server does not read the pipeline for it. */
const HIDDEN_MS = 5 * 60_000;

/** Creates a store that receives the server's events, keeps 5 minutes of history and reconnects by itself. */
export function createLiveStore(url: string): LiveStore {
  let live: Live = { status: null, connection: 'connecting', trouble: null, history: emptyHistory() };
  const listeners = new Set<() => void>();
  let source: EventSource | undefined;
  let failures = 0;
  let retry: number | undefined;
  let silence: number | undefined;
  let hidden: number | undefined;
  let hasUnrendered = false;

  function update(change: Partial<Live>): void {
    live = { ...live, ...change };
    // A hidden tab renders nothing until it is visible again.
    if (document.hidden) hasUnrendered = true;
    else for (const listener of listeners) listener();
  }

  function connect(): void {
    close();
    source = new EventSource(url);
    source.addEventListener('status', ({ data }: MessageEvent<string>) => {
      const status = JSON.parse(data) as LiveStatus;
      failures = 0;
      expectNext();
      appendStatus(live.history, status);
      update({ status, connection: 'live', trouble: null });
    });
    source.addEventListener('trouble', ({ data }: MessageEvent<string>) => {
      failures = 0;
      expectNext();
      update({ connection: 'unavailable', trouble: (JSON.parse(data) as Trouble).message });
    });
    source.addEventListener('error', connectLater);
    expectNext();
  }

  function connectLater(): void {
    close();
    failures += 1;
    update({
      connection: failures >= FAILURES_TO_UNAVAILABLE ? 'unavailable' : 'reconnecting',
      trouble: null,
    });
    const delay = Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), LONGEST_DELAY_MS);
    // Jitter: tabs that lost the same server reconnect at different times.
    retry = window.setTimeout(connect, delay * (0.75 + Math.random() / 2));
  }

  function expectNext(): void {
    clearTimeout(silence);
    silence = window.setTimeout(connectLater, SILENCE_MS);
  }

  function close(): void {
    clearTimeout(retry);
    clearTimeout(silence);
    source?.close();
    source = undefined;
  }

  document.addEventListener('visibilitychange', () => {
    clearTimeout(hidden);
    if (document.hidden) {
      hidden = window.setTimeout(close, HIDDEN_MS);
      return;
    }
    if (!source) connect();
    if (hasUnrendered) update({});
    hasUnrendered = false;
  });

  return {
    get: () => live,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    connect,
    setBurst(burst) {
      if (live.status) update({ status: { ...live.status, burst } });
    },
  };
}

export const LiveContext = createContext<LiveStore | null>(null);

export function useLiveStore(): LiveStore {
  const store = useContext(LiveContext);
  if (!store) throw new Error('LiveContext: no provider found, wrap the app in LiveContext.Provider');
  return store;
}

/** Selects a part of the live state. The component renders again only when that part changes. */
export function useLive<Part>(select: (live: Live) => Part): Part {
  const store = useLiveStore();
  const [, render] = useState({});
  const part = select(store.get());
  const rendered = useRef({ select, part });
  rendered.current = { select, part };
  useEffect(() => {
    const check = () => {
      const { select, part } = rendered.current;
      if (!Object.is(select(store.get()), part)) render({});
    };
    // The part may have changed between render and effect.
    check();
    return store.subscribe(check);
  }, [store]);
  return part;
}
