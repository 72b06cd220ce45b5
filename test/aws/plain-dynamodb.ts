import {
  type AttributeValue,
  BatchExecuteStatementCommand,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { sdkError } from './intercept.ts';

export type Item = Record<string, AttributeValue>;

/**
 * The ledger's table in memory. It processes requests synchronously, so that a test controls their order. Items are deleted
 * when they expire.
 */
export class PlainDynamoDb {
  readonly #items = new Map<string, Item>();
  readonly #now: () => number;
  readonly #onWrite: (item: Item) => void;

  /** @param now Returns epoch milliseconds. */
  constructor(now: () => number, onWrite: (item: Item) => void) {
    this.#now = now;
    this.#onWrite = onWrite;
  }

  /** Executes a command and returns the service's response. */
  execute(command: object): object {
    for (const [key, { expires_at }] of this.#items) {
      if (Number(expires_at?.N) * 1_000 <= this.#now()) this.#items.delete(key);
    }
    if (command instanceof BatchExecuteStatementCommand) {
      const { Statements = [] } = command.input;
      return { Responses: Statements.map((statement) => this.#insert(statement)) };
    }
    if (command instanceof PutItemCommand) {
      this.#putWhere(command.input);
      return {};
    }
    if (command instanceof BatchWriteItemCommand) {
      for (const { PutRequest } of Object.values(command.input.RequestItems ?? {}).flat()) {
        this.#put(PutRequest?.Item);
      }
      return { UnprocessedItems: {} };
    }
    if (command instanceof BatchGetItemCommand) {
      const tables = Object.entries(command.input.RequestItems ?? {});
      const found = tables.map(([table, { Keys = [] }]) => [
        table,
        Keys.map(this.#get).filter((item) => item !== undefined),
      ]);
      return { Responses: Object.fromEntries(found) };
    }
    throw new TypeError(`unsupported command: ${command.constructor.name}`);
  }

  #insert({
    Statement,
    Parameters = [],
  }: {
    Statement?: string | undefined;
    Parameters?: AttributeValue[] | undefined;
  }) {
    const names = [...(Statement ?? '').matchAll(/'(\w+)': \?/g)].map(([, name]) => name);
    const item: Item = Object.fromEntries(Parameters.map((value, index) => [names[index], value]));
    const held = this.#get(item);
    if (held) return { Error: { Code: 'DuplicateItem', Message: 'exists', Item: structuredClone(held) } };
    this.#put(item);
    return {};
  }

  #putWhere({
    Item,
    ConditionExpression,
    ExpressionAttributeNames,
    ExpressionAttributeValues,
  }: PutItemCommand['input']) {
    const held = Item && this.#get(Item);
    const conditions = ConditionExpression?.split(' AND ').map((condition) => condition.split(' = ')) ?? [];
    const isMet = conditions.every(([left = '', right = '']) => {
      const value = held?.[ExpressionAttributeNames?.[left] ?? left];
      const wanted = ExpressionAttributeValues?.[right];
      return value !== undefined && JSON.stringify(value) === JSON.stringify(wanted);
    });
    if (!isMet) throw sdkError('ConditionalCheckFailedException');
    this.#put(Item);
  }

  #get = ({ order_id }: Item): Item | undefined => this.#items.get(order_id?.S ?? '');

  #put(item: Item | undefined): void {
    if (!item?.order_id?.S) throw new TypeError('no order_id');
    this.#items.set(item.order_id.S, structuredClone(item));
    this.#onWrite(item);
  }
}
