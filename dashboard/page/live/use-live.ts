import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
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
  const [part, setPart] = useState(() => select(store.get()));
  useEffect(() => {
    const read = () => setPart(() => select(store.get()));
    read();
    return store.subscribe(read);
    // A selector is written in place and means the same at each rendering.
  }, [store]);
  return part;
}
