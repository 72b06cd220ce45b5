import type { DeliveryOrder } from './delivery-order.ts';
import { List } from './list.ts';
import type { Message } from './message.ts';

/** The messages of a group. */
interface Group {
  /** Visible messages that were in flight, in their order. After a restart, earlier ones may be in `messages`. */
  returned: Message[];
  /** Visible messages, some of which may be removed. */
  messages: List<Message>;
  inFlight: number;
  /** Whether the group is in the list of groups to receive from. */
  isListed: boolean;
}

/**
 * The order of a FIFO queue: messages of a group are received in the order in which they were sent, and not while
 * other messages of the group are in flight:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
 */
export class FifoOrder implements DeliveryOrder {
  readonly #groups = new Map<string, Group>();
  /** Groups with visible messages and none in flight. */
  readonly #listed = new List<string>();
  #order = 0;

  noisyGroups = (): number => 0;
  waitingInNoisyGroups = (): number => 0;

  isReady(): boolean {
    for (let id = this.#listed.first; id !== undefined; id = this.#listed.first) {
      const group = this.#groupOf(id);
      if (group.inFlight === 0 && first(group)) return true;
      // Its messages were removed, or a restart has listed it before it restored those in flight.
      this.#listed.shift();
      group.isListed = false;
      this.#update(id, group);
    }
    return false;
  }

  add(message: Message): void {
    const id = groupIdOf(message);
    const group = this.#groupOf(id);
    message.order = this.#order++;
    group.messages.push(message);
    this.#update(id, group);
  }

  take(max: number, accepts: (message: Message) => boolean, reject: (message: Message) => void): Message[] {
    const taken: Message[] = [];
    while (taken.length < max && this.isReady()) {
      const id = this.#listed.shift() as string;
      const group = this.#groupOf(id);
      group.isListed = false;
      for (let message = first(group); message && taken.length < max; message = first(group)) {
        if (message === group.returned[0]) group.returned.shift();
        else group.messages.shift();
        if (accepts(message)) {
          group.inFlight++;
          taken.push(message);
        } else reject(message);
      }
      this.#update(id, group);
    }
    return taken;
  }

  giveBack(message: Message): void {
    const id = groupIdOf(message);
    const group = this.#groupOf(id);
    group.inFlight--;
    const earlier = group.returned.findLastIndex(({ order }) => order < message.order);
    group.returned.splice(earlier + 1, 0, message);
    this.#update(id, group);
  }

  removeInFlight(message: Message): void {
    const id = groupIdOf(message);
    const group = this.#groupOf(id);
    group.inFlight--;
    this.#update(id, group);
  }

  removeVisible(message: Message): void {
    message.isGone = true;
    const id = groupIdOf(message);
    this.#update(id, this.#groupOf(id));
  }

  restoreInFlight(message: Message): void {
    message.order = this.#order++;
    this.#groupOf(groupIdOf(message)).inFlight++;
  }

  #groupOf(id: string): Group {
    let group = this.#groups.get(id);
    if (!group) {
      group = { returned: [], messages: new List(), inFlight: 0, isListed: false };
      this.#groups.set(id, group);
    }
    return group;
  }

  /** Lists the group if a receive may return its messages, and forgets it if it is empty. */
  #update(id: string, group: Group): void {
    if (group.inFlight > 0 || group.isListed) return;
    if (first(group)) {
      group.isListed = true;
      this.#listed.push(id);
    } else this.#groups.delete(id);
  }
}

const groupIdOf = ({ content }: Message): string => content.groupId ?? '';

/** Returns the first visible message, and drops removed ones before it. */
function first({ returned, messages }: Group): Message | undefined {
  while (returned[0]?.isGone) returned.shift();
  while (messages.first?.isGone) messages.shift();
  const [one, other] = [returned[0], messages.first];
  return one && other && other.order < one.order ? other : (one ?? other);
}
