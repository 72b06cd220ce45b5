import { randomUUID } from 'node:crypto';
import type { Storage, StoredMap } from '../aws-services/storage.ts';
import type { MessageContent } from './message.ts';
import type { Queue } from './queue.ts';
import { sqsError } from './sqs-error.ts';

/** A move of messages out of a dead-letter queue. */
export interface MoveTask {
  handle: string;
  status: 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';
  sourceArn: string;
  /** Default: each message returns to the queue from which it came. */
  destinationArn?: string | undefined;
  /** Maximum number of messages a second. */
  rate?: number | undefined;
  moved: number;
  /** Number of messages at the start. */
  toMove: number;
  failureReason?: string;
  /** Epoch ms. */
  startedAt: number;
}

/** The queues that move tasks need. */
export interface QueueFinder {
  byArn(arn: string): Queue | undefined;
  sourcesOf(queue: Queue): Queue[];
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
const MAX_RATE = 500;
/** Number of recent tasks that SQS keeps for a queue. */
const MAX_TASKS = 10;
/** Messages per step of a task without a rate, and milliseconds between steps. */
const STEP = { messages: 500, ms: 10 };
const ARN = /^arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w.-]+$/;

/** The move tasks of dead-letter queues. A running task continues after a restart. */
export class MoveTasks {
  readonly #queues: QueueFinder;
  readonly #stored: StoredMap<MoveTask>;
  /** Tasks of each source, the newest first. */
  readonly #tasks = new Map<string, MoveTask[]>();
  #isStopped = false;

  constructor(queues: QueueFinder, storage: Storage) {
    this.#queues = queues;
    this.#stored = storage.map('sqs_move_tasks');
    for (const [, task] of this.#stored.entries()) {
      this.#tasksOf(task.sourceArn).unshift(task);
      if (task.status === 'RUNNING') this.#run(task);
    }
  }

  /**
   * Starts to move the messages of a dead-letter queue.
   *
   * @param rate Maximum number of messages a second, 1 to 500
   * @throws AwsError `InvalidParameterValue` or `ResourceNotFoundException`
   */
  start(sourceArn: string, destinationArn?: string, rate?: number): MoveTask {
    const source = this.#find('SourceArn', sourceArn);
    if (this.#queues.sourcesOf(source).length === 0) {
      throw sqsError('InvalidParameterValue', 'Source queue must be configured as a Dead Letter Queue.');
    }
    if (destinationArn !== undefined) this.#checkDestination(source, destinationArn);
    if (rate !== undefined && (rate < 1 || rate > MAX_RATE)) {
      const message = `Value ${rate} for parameter MaxNumberOfMessagesPerSecond is invalid. Reason: Must be between 1 and ${MAX_RATE}, if provided.`;
      throw sqsError('InvalidParameterValue', message);
    }
    const tasks = this.#tasksOf(sourceArn);
    if (tasks.some(({ status }) => status === 'RUNNING')) {
      const message =
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.';
      throw sqsError('InvalidParameterValue', message);
    }
    const task: MoveTask = {
      handle: createHandle(sourceArn),
      status: 'RUNNING',
      sourceArn,
      destinationArn,
      rate,
      moved: 0,
      toMove: source.counts().visible,
      startedAt: Date.now(),
    };
    tasks.unshift(task);
    for (const { handle } of tasks.splice(MAX_TASKS)) this.#stored.delete(handle);
    this.#save(task);
    this.#run(task);
    return task;
  }

  /**
   * Returns the most recent tasks of a queue, the newest first.
   *
   * @param max 1 to 10
   * @throws AwsError `InvalidParameterValue` or `ResourceNotFoundException`
   */
  list(sourceArn: string, max: number): readonly MoveTask[] {
    this.#find('SourceArn', sourceArn);
    return this.#tasksOf(sourceArn).slice(0, max);
  }

  /**
   * Cancels a running task. Messages that were moved stay where they are.
   *
   * @throws AwsError `InvalidParameterValue` or `ResourceNotFoundException`
   */
  cancel(handle: string): MoveTask {
    const sourceArn = this.sourceOf(handle);
    this.#find('SourceArn', sourceArn);
    const task = this.#tasksOf(sourceArn).find((each) => each.handle === handle);
    if (!task) throw sqsError('ResourceNotFoundException', 'Task does not exist.');
    if (task.status !== 'RUNNING') {
      const message = `Only a running task can be canceled. The status of this task is ${task.status}.`;
      throw sqsError('InvalidParameterValue', message);
    }
    task.status = 'CANCELLED';
    this.#save(task);
    return task;
  }

  /**
   * Returns the ARN of the queue whose messages a task moves. Neither need exist.
   *
   * @throws AwsError `InvalidParameterValue` for a text that is not a handle
   */
  sourceOf(handle: string): string {
    const sourceArn = readHandle(handle);
    if (sourceArn !== undefined) return sourceArn;
    throw sqsError('InvalidParameterValue', 'Value for parameter TaskHandle is invalid.');
  }

  /** Forgets the tasks of a deleted queue. */
  forget(sourceArn: string): void {
    for (const task of this.#tasksOf(sourceArn)) {
      if (task.status === 'RUNNING') task.status = 'FAILED';
      this.#stored.delete(task.handle);
    }
    this.#tasks.delete(sourceArn);
  }

  /** Ends the work of all tasks. Running ones continue after the next start. */
  stop(): void {
    this.#isStopped = true;
  }

  #tasksOf(sourceArn: string): MoveTask[] {
    let tasks = this.#tasks.get(sourceArn);
    if (!tasks) {
      tasks = [];
      this.#tasks.set(sourceArn, tasks);
    }
    return tasks;
  }

  #find(parameter: 'SourceArn' | 'DestinationArn', arn: string): Queue {
    if (!ARN.test(arn)) {
      const format = 'arn:<partition>:<service>:<region>:<account-id>:<resource-id>';
      throw sqsError(
        'InvalidParameterValue',
        `You must use this format to specify the ${parameter}: ${format}`,
      );
    }
    const queue = this.#queues.byArn(arn);
    if (queue) return queue;
    const message = `The resource that you specified for the ${parameter} parameter doesn't exist.`;
    throw sqsError('ResourceNotFoundException', message);
  }

  #checkDestination(source: Queue, destinationArn: string): void {
    const destination = this.#find('DestinationArn', destinationArn);
    if (destination === source) {
      throw sqsError(
        'InvalidParameterValue',
        'Source queue arn and destination queue arn must be different.',
      );
    }
    if (destination.settings.isFifo !== source.settings.isFifo) {
      throw sqsError('InvalidParameterValue', 'Source and destination queues must be of the same type.');
    }
  }

  #save(task: MoveTask): void {
    this.#stored.set(task.handle, task);
  }

  /** Moves messages in steps, until as many have moved as were visible at the start. */
  #run(task: MoveTask): void {
    const begun = Date.now();
    const movedBefore = task.moved;
    const pause = task.rate === undefined ? STEP.ms : Math.max(STEP.ms, 1_000 / task.rate);
    const step = () => {
      if (task.status !== 'RUNNING' || this.#isStopped) return;
      const elapsed = Date.now() - begun;
      const due =
        task.rate === undefined
          ? STEP.messages
          : Math.floor((elapsed * task.rate) / 1_000) + movedBefore - task.moved;
      this.#move(task, Math.min(due, task.toMove - task.moved));
      if (task.status === 'RUNNING') setTimeout(step, pause).unref();
    };
    setTimeout(step, pause).unref();
  }

  #move(task: MoveTask, max: number): void {
    const source = this.#queues.byArn(task.sourceArn);
    const moved = source?.moveOut(max, (content) => this.#moveOne(task, content)) ?? 0;
    task.moved += moved;
    const isEnded = task.moved >= task.toMove || !source || source.counts().visible === 0;
    if (task.status === 'RUNNING' && isEnded) task.status = 'COMPLETED';
    if (moved > 0 || task.status !== 'RUNNING') this.#save(task);
  }

  #moveOne(task: MoveTask, content: MessageContent): boolean {
    const destinationArn = task.destinationArn ?? content.sourceArn;
    const destination = destinationArn === undefined ? undefined : this.#queues.byArn(destinationArn);
    if (!destination) {
      task.status = 'FAILED';
      task.failureReason =
        destinationArn === undefined
          ? 'CouldNotDetermineMessageSource'
          : 'AWS.SimpleQueueService.NonExistentQueue';
      return false;
    }
    destination.redrive(content);
    return true;
  }
}

/** Creates a handle that contains the source of its task, as SQS's handles do. */
function createHandle(sourceArn: string): string {
  return Buffer.from(JSON.stringify({ taskId: randomUUID(), sourceArn })).toString('base64');
}

function readHandle(handle: string): string | undefined {
  try {
    const { taskId, sourceArn } = JSON.parse(Buffer.from(handle, 'base64').toString());
    return typeof taskId === 'string' && typeof sourceArn === 'string' ? sourceArn : undefined;
  } catch {
    return undefined;
  }
}
