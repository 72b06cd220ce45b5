import {
  BeginTransactionCommand,
  CommitTransactionCommand,
  ExecuteStatementCommand,
  type Field,
  type RDSDataClient,
  RollbackTransactionCommand,
} from '@aws-sdk/client-rds-data';
import type { Database, Row, SqlParameters } from '../database/database.ts';
import { checkParameters } from '../database/named-parameters.ts';
import { untilReachable } from '../database/until-reachable.ts';
import { DatabaseError, isNotConnected, toServiceError } from '../errors.ts';

export interface RdsDatabaseSettings {
  clusterArn: string;
  /** Secrets Manager's secret with the user and the password. */
  secretArn: string;
  databaseName: string;
}

/**
 * Errors of requests that came to no statement: the service's own, SQLSTATEs of a connection that is refused, and
 * connections that were never made.
 * https://docs.aws.amazon.com/rdsdataservice/latest/APIReference/API_ExecuteStatement.html#API_ExecuteStatement_Errors
 */
const UNREACHABLE = new Set([
  'DatabaseResumingException',
  'DatabaseUnavailableException',
  'ServiceUnavailableError',
  'ThrottlingException',
  '53300',
  '57P03',
]);

/**
 * An Aurora PostgreSQL cluster over the RDS Data API. A cluster that wakes up is waited for.
 *
 * A request may have 4 MiB, an answer 1 MiB with rows of 64 KB, a statement 45 s; there is one statement to a request, and
 * no array in parameters or answers.
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.limitations.html,
 * https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/data-api.calling.html
 */
export function createRdsDatabase(client: RDSDataClient, settings: RdsDatabaseSettings): Database {
  const cluster = { resourceArn: settings.clusterArn, secretArn: settings.secretArn };
  const target = { ...cluster, database: settings.databaseName };

  async function execute(sql: string, parameters: SqlParameters, transactionId?: string): Promise<Row[]> {
    const command = new ExecuteStatementCommand({
      ...target,
      transactionId,
      sql,
      parameters: Object.entries(parameters).map(([name, stringValue]) => ({ name, value: { stringValue } })),
      // Not as JSON: that leaves out what INSERT … RETURNING returns, and its numbers lose digits.
      includeResultMetadata: true,
      resultSetOptions: { decimalReturnType: 'STRING', longReturnType: 'STRING' },
    });
    const { columnMetadata = [], records = [] } = await answered('ExecuteStatement', client.send(command));
    return records.map((record) =>
      Object.fromEntries(record.map((field, column) => [columnMetadata[column]?.label ?? '', toText(field)])),
    );
  }

  return {
    async query(sql, parameters = {}) {
      checkParameters(sql, parameters);
      return untilReachable(() => execute(sql, parameters));
    },

    async transaction(statements) {
      for (const sql of statements) checkParameters(sql, {});
      const begin = () => answered('BeginTransaction', client.send(new BeginTransactionCommand(target)));
      const { transactionId = '' } = await untilReachable(begin);
      try {
        // Without `continueAfterTimeout`, although AWS advises it for DDL: Postgres rolls DDL back, and a statement that
        // went on would keep its locks in a transaction that nobody commits.
        for (const sql of statements) await execute(sql, {}, transactionId);
        await answered(
          'CommitTransaction',
          client.send(new CommitTransactionCommand({ ...cluster, transactionId })),
        );
      } catch (error) {
        // Only frees its locks sooner: a transaction that nobody uses is rolled back after 3 minutes.
        await client
          .send(new RollbackTransactionCommand({ ...cluster, transactionId }))
          .catch(() => undefined);
        throw error;
      }
    },
  };
}

function toText(field: Field): string | null {
  if (field.isNull) return null;
  return String(field.stringValue ?? field.longValue ?? field.doubleValue ?? field.booleanValue);
}

async function answered<Answer>(operation: string, call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (thrown) {
    throw toDatabaseError(operation, thrown);
  }
}

function toDatabaseError(operation: string, thrown: unknown): DatabaseError {
  const error = toServiceError(operation, thrown);
  const sqlState = /; SQLState: (\w{5})/.exec(error.message)?.[1];
  if (sqlState === undefined) {
    return new DatabaseError(
      error.code,
      error.message,
      UNREACHABLE.has(error.code) || isNotConnected(error.code),
      { cause: error },
    );
  }
  // The first line only, and no cause: the details quote the row, customers' data that is, and causes are logged.
  const [line = ''] = error.message.split(/; SQLState|\n/);
  return new DatabaseError(sqlState, line, UNREACHABLE.has(sqlState));
}
