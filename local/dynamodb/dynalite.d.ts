/** Types for the parts of dynalite 4 that the embedded DynamoDB uses; dynalite has none. */

declare module 'dynalite' {
  import type { Server } from 'node:http';
  import type { StoreOptions } from 'dynalite/db/index.js';

  export default function dynalite(options: StoreOptions): Server;
}

declare module 'dynalite/db/index.js' {
  import type { AttributeValue } from '@aws-sdk/client-dynamodb';

  export type Item = Record<string, AttributeValue>;

  /** An error that dynalite returns to the client. Any other error is a bug. */
  export interface AnswerError extends Error {
    statusCode: number;
    /** `__type` is `prefix#Code`. */
    body: { __type: string; message?: string };
  }

  export type Callback<Value> = (error: AnswerError | null, value: Value) => void;

  export interface StoreOptions {
    /** LevelDB directory. Default: memory. */
    path?: string | undefined;
    /** Milliseconds for which tables stay CREATING, DELETING or UPDATING. */
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
    /**
     * Converts the data to the shape of `types`.
     *
     * @throws AnswerError
     */
    checkTypes(data: unknown, types: object): unknown;
    /** @throws AnswerError */
    checkValidations(data: unknown, types: object): void;
  };
  export default validations;
}

declare module 'dynalite/validations/putItem.js' {
  import type { Item, Store } from 'dynalite/db/index.js';

  const validation: {
    /** @returns The message of the first violated rule, if any. */
    custom(data: { TableName: string; Item: Item }, store: Store): string | undefined;
  };
  export default validation;
}
