import type { Template } from '../../cli/template/template.ts';
import { listReferences } from '../../local/stack/list-references.ts';

export const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** Names that anything in the template refers to or depends on, and that are neither resources nor AWS's own. */
export function listDangling(template: Template): string[] {
  const dependencies = Object.values(template.Resources).flatMap(({ DependsOn = [] }) => DependsOn);
  const ids = [...listReferences(template), ...dependencies].map((place) => place.replace(/\..*/, ''));
  return ids.filter((id) => !(id in template.Resources) && !id.startsWith('AWS::'));
}
