import type { DeliveryOrder } from './delivery-order.ts';
import { Heap, type HeapItem } from './heap.ts';
import { List } from './list.ts';
import type { Message } from './message.ts';

/**
 * A group is noisy with more than this share of the queue's messages in flight, and at least this number:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues-detailed.html. The other
 * criterion there, the share of processing time, has no exact definition and is not applied.
 */
const NOISY = { share: 0.1, inFlight: 30 };

/** The messages of a group. Its key in a heap is the order of its first message. */
interface Group extends HeapItem {
  /** `undefined`: all messages without a group. Each of them is a group of its own, so they are never noisy. */
  id: string | undefined;
  /** May contain removed messages. */
  messages: List<Message>;
  /** Number of visible messages. */
  waiting: number;
  inFlight: number;
  isNoisy: boolean;
}

/**
 * The order of a standard queue: first in, first out, with the messages of noisy groups after all others. A receive
 * costs the same for any number of messages, and O(log n) for n groups.
 */
export class FairOrder implements DeliveryOrder {
  readonly #groups = new Map<string | undefined, Group>();
  /** Groups with visible messages. */
  readonly #quiet = new Heap<Group>();
  readonly #noisy = new Heap<Group>();
  /** Groups with so many messages in flight that they may be noisy. */
  readonly #busy = new Set<Group>();
  #inFlight = 0;
  #order = 0;

  noisyGroups(): number {
    let count = 0;
    for (const group of this.#busy) if (this.#isNoisy(group)) count++;
    return count;
  }

  waitingInNoisyGroups(): number {
    let count = 0;
    for (const group of this.#busy) if (this.#isNoisy(group)) count += group.waiting;
    return count;
  }

  isReady(): boolean {
    return this.#quiet.size > 0 || this.#noisy.size > 0;
  }

  add(message: Message): void {
    const group = this.#groupOf(message);
    message.order = this.#order++;
    group.messages.push(message);
    if (group.waiting++ > 0) return;
    group.at = message.order;
    (group.isNoisy ? this.#noisy : this.#quiet).add(group);
  }

  take(max: number, accepts: (message: Message) => boolean, reject: (message: Message) => void): Message[] {
    const taken: Message[] = [];
    while (taken.length < max) {
      const group = this.#next();
      if (!group) break;
      const message = this.#shift(group);
      if (accepts(message)) {
        this.#count(group, 1);
        taken.push(message);
      } else {
        this.#forget(group);
        reject(message);
      }
    }
    return taken;
  }

  giveBack(message: Message): void {
    this.#count(this.#groupOf(message), -1);
    this.add(message);
  }

  removeInFlight(message: Message): void {
    const group = this.#groupOf(message);
    this.#count(group, -1);
    this.#forget(group);
  }

  removeVisible(message: Message): void {
    const group = this.#groupOf(message);
    message.isGone = true;
    if (--group.waiting === 0) this.#withdraw(group);
    this.#forget(group);
  }

  restoreInFlight(message: Message): void {
    this.#count(this.#groupOf(message), 1);
  }

  #groupOf({ content: { groupId } }: Message): Group {
    let group = this.#groups.get(groupId);
    if (!group) {
      group = {
        id: groupId,
        messages: new List(),
        waiting: 0,
        inFlight: 0,
        isNoisy: false,
        at: 0,
        place: 0,
        turn: 0,
      };
      this.#groups.set(groupId, group);
    }
    return group;
  }

  /** Returns the group whose message is next. Groups whose state has changed move to their heap first. */
  #next(): Group | undefined {
    if (this.#noisy.size > 0)
      for (const group of [...this.#noisy]) if (!this.#isNoisy(group)) this.#reclassify(group);
    for (let group = this.#quiet.first; group; group = this.#quiet.first) {
      if (!this.#isNoisy(group)) return group;
      this.#reclassify(group);
    }
    return this.#noisy.first;
  }

  #shift(group: Group): Message {
    let message = group.messages.shift() as Message;
    while (message.isGone) message = group.messages.shift() as Message;
    if (--group.waiting === 0) this.#withdraw(group);
    else (group.isNoisy ? this.#noisy : this.#quiet).move(group, (group.messages.first as Message).order);
    return message;
  }

  #isNoisy({ id, inFlight }: Group): boolean {
    return id !== undefined && inFlight >= NOISY.inFlight && inFlight > this.#inFlight * NOISY.share;
  }

  #reclassify(group: Group): void {
    const [from, to] = group.isNoisy ? [this.#noisy, this.#quiet] : [this.#quiet, this.#noisy];
    from.remove(group);
    group.isNoisy = !group.isNoisy;
    to.add(group);
  }

  #withdraw(group: Group): void {
    (group.isNoisy ? this.#noisy : this.#quiet).remove(group);
    group.isNoisy = false;
    group.messages = new List();
  }

  #count(group: Group, by: 1 | -1): void {
    this.#inFlight += by;
    group.inFlight += by;
    if (group.id === undefined) return;
    if (group.inFlight < NOISY.inFlight) this.#busy.delete(group);
    else this.#busy.add(group);
  }

  #forget(group: Group): void {
    if (group.waiting === 0 && group.inFlight === 0) this.#groups.delete(group.id);
  }
}
