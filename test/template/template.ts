import type { Template } from '../../cli/template/template.ts';
import { listReferences } from '../../local/stack/list-references.ts';

export const arnOf = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });

/** Lists names that the template refers to or depends on but does not contain, except pseudo parameters. */
export function listDangling(template: Template): string[] {
  const dependencies = Object.values(template.Resources).flatMap(({ DependsOn = [] }) => DependsOn);
  const ids = [...listReferences(template), ...dependencies].map((place) => place.replace(/\..*/, ''));
  return ids.filter((id) => !(id in template.Resources) && !id.startsWith('AWS::'));
}
