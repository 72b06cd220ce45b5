/** What became of the orders that a run sends. */
export interface OrderJournal {
  /** Notes that an order is about to be sent, for the first time. */
  sent(orderId: string): void;
  /** Notes a confirmation. @param at epoch ms */
  confirmed(orderId: string, at: number): void;
  /** Ms from sending to confirmation of the orders whose first one was noted since the last call. */
  takeLatencies(): number[];
  /** Orders sent, and those of them that were confirmed. */
  counts(): { sent: number; confirmed: number; repeated: number };
  /** Orders that were sent and not confirmed. */
  missing(): string[];
  /** Orders that were confirmed, though nobody sent them. */
  strangers(): string[];
}

export function createOrderJournal(): OrderJournal {
  const sentAt = new Map<string, number>();
  /** How often each was confirmed. */
  const confirmations = new Map<string, number>();
  let latencies: number[] = [];
  let repeated = 0;

  return {
    sent: (orderId) => void sentAt.set(orderId, Date.now()),
    confirmed(orderId, at) {
      const before = confirmations.get(orderId) ?? 0;
      confirmations.set(orderId, before + 1);
      const start = sentAt.get(orderId);
      if (before > 0) repeated++;
      else if (start !== undefined) latencies.push(at - start);
    },
    takeLatencies() {
      const taken = latencies;
      latencies = [];
      return taken;
    },
    counts: () => ({ sent: sentAt.size, confirmed: confirmations.size, repeated }),
    missing: () => [...sentAt.keys()].filter((orderId) => !confirmations.has(orderId)),
    strangers: () => [...confirmations.keys()].filter((orderId) => !sentAt.has(orderId)),
  };
}
