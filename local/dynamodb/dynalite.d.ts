/** The parts of dynalite 4 that the embedded DynamoDB uses; it brings no types of its own. */

declare module 'dynalite' {
  import type { Server } from 'node:http';
  import type { StoreOptions } from 'dynalite/db/index.js';

  export default function dynalite(options: StoreOptions): Server;
}

declare module 'dynalite/db/index.js' {
  import type { AttributeValue } from '@aws-sdk/client-dynamodb';

  export type Item = Record<string, AttributeValue>;

  /** An error that dynalite answers with; any other is a bug. */
  export interface AnswerError extends Error {
    statusCode: number;
    /** The error as it goes over the wire: `prefix#Code`. */
    body: { __type: string; message?: string };
  }

  export type Callback<Value> = (error: AnswerError | null, value: Value) => void;

  export interface StoreOptions {
    /** LevelDB directory; in memory where it is left out. */
    path?: string | undefined;
    /** How long tables stay CREATING, DELETING, UPDATING, in ms. */
    createTableMs?: number;
    deleteTableMs?: number;
    updateTableMs?: number;
  }

  export interface Table {
    KeySchema: { AttributeName: string; KeyType: 'HASH' | 'RANGE' }[];
  }

  export interface Store {
    db: { open(): Promise<void> };
    getTable(name: string, checkStatus: boolean, callback: Callback<Table>): void;
  }

  const db: {
    create(options: StoreOptions): Store;
    validationError(message: string): AnswerError;
  };
  export default db;
}

declare module 'dynalite/actions/getItem.js' {
  import type { Callback, Item, Store } from 'dynalite/db/index.js';

  type GetItem = { TableName: string; Key: Item };
  export default function getItem(store: Store, data: GetItem, callback: Callback<{ Item?: Item }>): void;
}

declare module 'dynalite/actions/putItem.js' {
  import type { Callback, Item, Store } from 'dynalite/db/index.js';

  type PutItem = { TableName: string; Item: Item; Expected: Record<string, { Exists: false }> };
  export default function putItem(store: Store, data: PutItem, callback: Callback<object>): void;
}

declare module 'dynalite/validations/index.js' {
  const validations: {
    /** @returns the data in the shape of `types`; throws AnswerError */
    checkTypes(data: unknown, types: object): unknown;
    /** Throws AnswerError. */
    checkValidations(data: unknown, types: object): void;
  };
  export default validations;
}

declare module 'dynalite/validations/putItem.js' {
  import type { Item, Store } from 'dynalite/db/index.js';

  const validation: {
    /** @returns the rule broken, if any */
    custom(data: { TableName: string; Item: Item }, store: Store): string | undefined;
  };
  export default validation;
}
