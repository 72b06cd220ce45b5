import { DatabaseError } from '../database/database-error.ts';
import { isNotConnected, toServiceError } from './service-error.ts';

/**
 * Codes of the Data API, of Node and of the SDK for a request that has surely not been taken.
 * https://docs.aws.amazon.com/redshift-data/latest/APIReference/API_ExecuteStatement.html
 */
const NOT_TAKEN = new Set([
  'ActiveSessionsExceededException',
  'ActiveStatementsExceededException',
  'ThrottlingException',
]);

/** Operations that have statements run. The others ask after a statement that has been taken. */
const SUBMISSIONS = new Set(['BatchExecuteStatement', 'ExecuteStatement']);

/** A request to the Redshift Data API whose error, if it has one, is a `DatabaseError`: `unreachable` where it was not taken. */
export async function redshiftAnswer<Answer>(operation: string, call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (thrown) {
    const error = toServiceError(operation, thrown);
    const isNotTaken =
      SUBMISSIONS.has(operation) && (NOT_TAKEN.has(error.code) || isNotConnected(error.code));
    throw new DatabaseError(error.code, error.message, isNotTaken, { cause: error });
  }
}
