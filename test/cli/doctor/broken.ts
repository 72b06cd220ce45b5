import { propertiesOf, type Template } from '../../../cli/template/template.ts';

/** One change that breaks one rule. */
export interface Broken {
  rule: string;
  /** Completes the test title "reports with the rule …: ". */
  what: string;
  change(template: Template): void;
  /** Places and values of the expected findings. */
  expected: [place: string, value: string][];
}

/** A change that breaks no rule. */
export interface Sound {
  /** Completes the test title "accepts". */
  what: string;
  change(template: Template): void;
}

/** Sets a property, or deletes it if `value` is undefined. */
export function setProperty(template: Template, id: string, path: string, value?: unknown): void {
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let outer = propertiesOf(template, id);
  for (const key of keys) {
    outer[key] ??= {};
    outer = outer[key] as Record<string, unknown>;
  }
  if (value === undefined) delete outer[last];
  else outer[last] = value;
}

export function addResource(
  template: Template,
  id: string,
  type: string,
  properties: Record<string, unknown>,
): void {
  template.Resources[id] = { Type: type, Properties: properties };
}

/** Returns a statement of a policy document by its Sid or its index. */
export function statementOf(document: unknown, sid: string | number): Record<string, unknown> {
  const { Statement } = document as { Statement: Record<string, unknown>[] };
  const found = typeof sid === 'number' ? Statement[sid] : Statement.find(({ Sid }) => Sid === sid);
  if (!found) throw new Error(`no statement ${sid}`);
  return found;
}
