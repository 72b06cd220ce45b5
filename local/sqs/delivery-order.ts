import type { Message } from './message.ts';

/** The visible messages of a queue, in the order in which receives return them. */
export interface DeliveryOrder {
  /** Number of groups whose messages are delivered last because too many of them are in flight. FIFO queues: 0. */
  noisyGroups(): number;
  /** Number of messages of noisy groups that wait for a receive. */
  waitingInNoisyGroups(): number;
  /** Whether a receive would return a message. */
  isReady(): boolean;
  /** Adds a message that was sent or whose delay has ended. */
  add(message: Message): void;
  /**
   * Removes and returns up to `max` visible messages, which are then in flight.
   *
   * @param accepts Called once for each message. Returns whether the message is delivered.
   * @param reject Called for each message that is not delivered. The order no longer contains it.
   */
  take(max: number, accepts: (message: Message) => boolean, reject: (message: Message) => void): Message[];
  /** Returns a message in flight to the visible ones. */
  giveBack(message: Message): void;
  /** Removes a message in flight. */
  removeInFlight(message: Message): void;
  /** Removes a visible message. */
  removeVisible(message: Message): void;
  /** Adds a message that was in flight when the process ended. */
  restoreInFlight(message: Message): void;
}
