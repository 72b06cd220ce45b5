import { createContext } from 'preact';
import { useContext, useEffect, useRef, useState } from 'preact/hooks';
import type { Live, LiveStore } from './live-store.ts';

export const LiveContext = createContext<LiveStore | null>(null);

export function useLiveStore(): LiveStore {
  const store = useContext(LiveContext);
  if (!store) throw new Error('LiveContext: must be provided');
  return store;
}

/** Part of what is live; its component is rendered anew only when that part changes. */
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
    // It may have changed between rendering and now.
    check();
    return store.subscribe(check);
  }, [store]);
  return part;
}
