import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { Burst, LiveStatus, Trouble } from '../../api.ts';
import { emptyHistory, type History, remember } from './history.ts';

/**
 * connecting → live ⇄ reconnecting → trouble → live
 *
 * `trouble` is where several attempts failed, or the server cannot read the pipeline.
 */
export type Connection = 'connecting' | 'live' | 'reconnecting' | 'trouble';

export interface Live {
  /** Null until the server has told. */
  status: LiveStatus | null;
  connection: Connection;
  /** Why the server cannot tell; null while it can. */
  trouble: string | null;
  /** The same object all along; its columns grow. */
  history: History;
}

export interface LiveStore {
  get(): Live;
  /** @returns what ends the subscription */
  subscribe(listener: () => void): () => void;
  connect(): void;
  /** What an answer says of the burst, ahead of the next event. */
  setBurst(burst: Burst): void;
}

const FIRST_DELAY_MS = 1_000;
const LONGEST_DELAY_MS = 30_000;
const FAILURES_TO_TROUBLE = 3;
/** The server tells every 5 s at least, unless what it asks is slow. */
const SILENCE_MS = 30_000;
/** A tab that nobody looks at for so long lets go of its connection, so that nobody is asked for its sake. */
const HIDDEN_MS = 5 * 60_000;

/** Listens to the server's events, keeps the latest and 5 minutes of history, and connects again by itself. */
export function createLiveStore(url: string): LiveStore {
  let live: Live = { status: null, connection: 'connecting', trouble: null, history: emptyHistory() };
  const listeners = new Set<() => void>();
  let source: EventSource | undefined;
  let failures = 0;
  let retry: number | undefined;
  let silence: number | undefined;
  let hidden: number | undefined;
  let untold = false;

  function update(change: Partial<Live>): void {
    live = { ...live, ...change };
    // Nothing is drawn in a hidden tab; it catches up at once when it is looked at.
    if (document.hidden) untold = true;
    else for (const listener of listeners) listener();
  }

  function connect(): void {
    close();
    source = new EventSource(url);
    source.addEventListener('status', ({ data }: MessageEvent<string>) => {
      const status = JSON.parse(data) as LiveStatus;
      failures = 0;
      expectNext();
      remember(live.history, status);
      update({ status, connection: 'live', trouble: null });
    });
    source.addEventListener('trouble', ({ data }: MessageEvent<string>) => {
      failures = 0;
      expectNext();
      update({ connection: 'trouble', trouble: (JSON.parse(data) as Trouble).message });
    });
    source.addEventListener('error', connectLater);
    expectNext();
  }

  function connectLater(): void {
    close();
    failures += 1;
    update({ connection: failures >= FAILURES_TO_TROUBLE ? 'trouble' : 'reconnecting', trouble: null });
    const delay = Math.min(FIRST_DELAY_MS * 2 ** (failures - 1), LONGEST_DELAY_MS);
    // Tabs that lost the same server do not come back in step.
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
    if (untold) update({});
    untold = false;
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
  if (!store) throw new Error('LiveContext: must be provided');
  return store;
}

/** Selects a part of the live state; its component renders again only when that part changes. */
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
    // The part may have changed since it was rendered.
    check();
    return store.subscribe(check);
  }, [store]);
  return part;
}
