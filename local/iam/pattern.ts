import { received } from '../../lib/text.ts';
import type { RequestContext } from './request-context.ts';

/** Returns whether a pattern of a policy matches a value of a request. */
export type Pattern = (value: string, context: RequestContext) => boolean;

/** The statement that a pattern is part of. */
export interface Scope {
  /** For error messages, such as `Role.Policies[0].Statement[2].Resource`. */
  place: string;
  /** Whether the policy's version has variables. */
  variables: boolean;
  /** The condition keys that the statement may use, in lower case. */
  keys: ReadonlySet<string>;
}

export interface PatternOptions {
  /** Whether `*` matches any characters and `?` matches one. */
  wildcards: boolean;
  ignoreCase?: boolean;
}

/** A variable with everything up to its brace, a wildcard, or text. A `$` without a brace is text. */
const TOKEN = /\$\{[^}]*\}?|[*?]|\$|[^$*?]+/g;
/** A special character, or a key with an optional default value. */
const VARIABLE = /^\$\{(?:(?<literal>[*?$])|(?<key>[^\s,'*?$]+)(?:\s*,\s*'(?<fallback>[^']*)')?)\}$/;

/** Part of a regular expression. A variable's part is known when a request is; it has none if its key is absent. */
type Part = string | ((context: RequestContext) => string | undefined);

/**
 * Compiles a value of a policy that may contain wildcards and variables.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
 *
 * @throws Error for an unknown variable
 */
export function compilePattern(
  text: string,
  scope: Scope,
  { wildcards, ignoreCase = false }: PatternOptions,
): Pattern {
  const tokens = scope.variables ? (text.match(TOKEN) ?? []) : (text.match(/[*?]|[^*?]+/g) ?? []);
  const parts = tokens.map((token): Part => {
    if (scope.variables && token.startsWith('${')) return compileVariable(token, scope);
    if (wildcards && token === '*') return '.*';
    if (wildcards && token === '?') return '.';
    return RegExp.escape(token);
  });
  const compile = (sources: readonly string[]) =>
    new RegExp(`^${sources.join('')}$`, ignoreCase ? 'isu' : 'su');
  if (isConstant(parts)) {
    const expression = compile(parts);
    return (value) => expression.test(value);
  }
  return (value, context) => {
    const sources = parts.map((part) => (typeof part === 'string' ? part : part(context)));
    // A variable without a value is equal to nothing, and like nothing.
    return !sources.includes(undefined) && compile(sources as string[]).test(value);
  };
}

const isConstant = (parts: readonly Part[]): parts is readonly string[] =>
  parts.every((part) => typeof part === 'string');

function compileVariable(token: string, { place, keys }: Scope): Part {
  const { literal, key, fallback } = VARIABLE.exec(token)?.groups ?? {};
  if (literal !== undefined) return RegExp.escape(literal);
  const name = key?.toLowerCase();
  if (name === undefined || !keys.has(name)) {
    const known = [...keys].join(', ');
    throw new Error(`${place}: ${received(token)} is not a known variable, use one of ${known}`);
  }
  return (context) => {
    // A key with several values cannot be a variable.
    const [value, ...others] = context.get(name) ?? [];
    const used = others.length > 0 ? fallback : (value ?? fallback);
    return used === undefined ? undefined : RegExp.escape(used);
  };
}
