import { DatabaseError } from '../errors.ts';
import type { SqlParameters } from './database.ts';

/** Tokens that may contain a colon without a parameter: strings, quoted names, comments, function bodies and `::`. */
const NOT_A_PARAMETER = [/'[^']*'/, /"[^"]*"/, /--[^\n]*/, /\/\*[\s\S]*?\*\//, /(\$\w*\$)[\s\S]*?\1/, /::/];
const TOKENS = new RegExp(
  [...NOT_A_PARAMETER, /:(?<name>[a-z_]\w*)/].map(({ source }) => source).join('|'),
  'gi',
);

/** Replaces each `:name` of a statement by the result of `write`. */
export function replaceParameters(sql: string, write: (name: string) => string): string {
  return sql.replace(TOKENS, (token, ...rest) => {
    const { name } = rest.at(-1) as { name?: string };
    return name === undefined ? token : write(name);
  });
}

/**
 * Ensures that the given parameters are exactly those that a statement names.
 *
 * @throws DatabaseError `parameter_mismatch` that lists both.
 */
export function checkParameters(sql: string, parameters: SqlParameters): void {
  const named = new Set<string>();
  replaceParameters(sql, (name) => {
    named.add(name);
    return '';
  });
  const given = new Set(Object.keys(parameters));
  const listed = (names: Set<string>) => [...names].map((name) => `:${name}`).join(', ') || 'none';
  if (named.symmetricDifference(given).size > 0) {
    const message = `parameters: must be those of the statement, ${listed(named)}, received ${listed(given)}`;
    throw new DatabaseError('parameter_mismatch', message, false);
  }
}
