import type { DeliveryOrder } from './delivery-order.ts';
import { FairOrder } from './fair-order.ts';
import { FifoOrder } from './fifo-order.ts';
import { Heap } from './heap.ts';
import type { Hidden, Message, MessageContent } from './message.ts';
import { type MessageStore, removeMessage } from './message-store.ts';

/**
 * The messages of a queue by state: delayed → visible ⇄ in flight → removed. {@link Messages.update} moves a message whose time
 * in a state has ended to the next state. An operation on one message costs at most O(log n) for n messages.
 */
export class Messages {
  readonly #store: MessageStore;
  readonly #isFifo: boolean;
  readonly #onVisible: () => void;
  /** All messages in the order in which the queue accepted them. */
  readonly #messages = new Map<string, Message>();
  /** All messages by the time at which they were sent. */
  #byAge = new Heap<Message>();
  /** Delayed messages and those in flight, by the time at which they are visible. */
  #hidden = new Heap<Hidden>();
  #order: DeliveryOrder;
  #inFlight = 0;
  #delayed = 0;
  /** Epoch ms at which the last delay of a FIFO queue ends. */
  #lastDelay = 0;

  /** @param onVisible Called when a receive may return a message. */
  constructor(store: MessageStore, isFifo: boolean, onVisible: () => void) {
    this.#store = store;
    this.#isFifo = isFifo;
    this.#onVisible = onVisible;
    this.#order = this.#createOrder();
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get delayed(): number {
    return this.#delayed;
  }

  get visible(): number {
    return this.#messages.size - this.#inFlight - this.#delayed;
  }

  get order(): Pick<DeliveryOrder, 'isReady' | 'noisyGroups' | 'waitingInNoisyGroups'> {
    return this.#order;
  }

  /** Epoch ms at which the oldest message was sent. */
  get oldestSentAt(): number | undefined {
    return this.#byAge.first?.at;
  }

  /** Epoch ms at which the next message becomes visible. */
  get nextVisibleAt(): number | undefined {
    return this.#hidden.first?.at;
  }

  find(id: string): Message | undefined {
    return this.#messages.get(id);
  }

  /** Iterates in the order in which the queue accepted the messages. */
  all(): Iterable<Message> {
    return this.#messages.values();
  }

  /** Adds a message. The caller must then give it a state. */
  add(content: MessageContent): Message {
    const message: Message = {
      content,
      receiveCount: 0,
      firstReceivedAt: 0,
      receivedAt: 0,
      hidden: undefined,
      order: 0,
      isGone: false,
      at: content.sentAt,
      place: 0,
      turn: 0,
    };
    this.#messages.set(content.id, message);
    this.#byAge.add(message);
    return message;
  }

  /** Makes an added message visible. */
  makeVisible(message: Message): void {
    this.#order.add(message);
    this.#onVisible();
  }

  /** Delays an added message. On a FIFO queue it stays behind those delayed before. @returns End of the delay */
  delay(message: Message, until: number): number {
    const at = this.#isFifo ? Math.max(until, this.#lastDelay) : until;
    this.#lastDelay = at;
    this.#hide(message, at, true);
    return at;
  }

  /**
   * Receives up to `max` visible messages in the order of delivery. The caller must call {@link Messages.hide} for each.
   *
   * @param accepts Returns whether a message is delivered.
   * @param reject Called for each message that is not delivered, after its removal.
   */
  take(max: number, accepts: (message: Message) => boolean, reject: (message: Message) => void): Message[] {
    return this.#order.take(max, accepts, (message) => {
      this.#drop(message);
      reject(message);
    });
  }

  /** Keeps a received message in flight until this time. */
  hide(message: Message, until: number): void {
    this.#hide(message, until, false);
  }

  /** Adds a message that was in flight when the process ended. */
  restoreInFlight(message: Message, until: number): void {
    this.#order.restoreInFlight(message);
    this.#hide(message, until, false);
  }

  /** Changes the time until which a message is hidden. */
  extend(hidden: Hidden, until: number): void {
    this.#hidden.move(hidden, until);
  }

  /** Makes a hidden message visible. */
  show(hidden: Hidden): void {
    const { message, isDelay } = hidden;
    this.#unhide(hidden);
    if (isDelay) this.#order.add(message);
    else this.#order.giveBack(message);
    this.#onVisible();
  }

  /** Removes a message in any state. */
  remove(message: Message): void {
    const { hidden } = message;
    if (!hidden) {
      this.#order.removeVisible(message);
    } else {
      this.#unhide(hidden);
      if (!hidden.isDelay) this.#order.removeInFlight(message);
    }
    this.#drop(message);
  }

  /** Makes messages visible whose delay or visibility timeout has ended, and removes expired ones. */
  update(retentionMs: number): void {
    const now = Date.now();
    const oldest = now - retentionMs;
    for (let first = this.#byAge.first; first && first.at <= oldest; first = this.#byAge.first)
      this.remove(first);
    for (let first = this.#hidden.first; first && first.at <= now; first = this.#hidden.first)
      this.show(first);
  }

  /** Removes all messages. */
  clear(): void {
    for (const message of this.#messages.values()) removeMessage(this.#store, message);
    this.#messages.clear();
    this.#byAge = new Heap();
    this.#hidden = new Heap();
    this.#order = this.#createOrder();
    this.#inFlight = 0;
    this.#delayed = 0;
  }

  #createOrder(): DeliveryOrder {
    return this.#isFifo ? new FifoOrder() : new FairOrder();
  }

  #hide(message: Message, at: number, isDelay: boolean): void {
    message.hidden = { message, isDelay, at, place: 0, turn: 0 };
    this.#hidden.add(message.hidden);
    if (isDelay) this.#delayed++;
    else this.#inFlight++;
  }

  #unhide(hidden: Hidden): void {
    this.#hidden.remove(hidden);
    hidden.message.hidden = undefined;
    if (hidden.isDelay) this.#delayed--;
    else this.#inFlight--;
  }

  /** Forgets a message that is in no state. */
  #drop(message: Message): void {
    this.#messages.delete(message.content.id);
    this.#byAge.remove(message);
    removeMessage(this.#store, message);
  }
}
