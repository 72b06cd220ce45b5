/** Lists what the CloudFormation functions in a value refer to: `LogicalId`, `LogicalId.Attribute`, `AWS::Region`. */
export function listReferences(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (key === 'Ref' && typeof item === 'string') return [item];
    if (key === 'Fn::GetAtt' && Array.isArray(item)) return [item.join('.')];
    const template = key === 'Fn::Sub' && typeof item === 'string' ? item : '';
    const places = [...template.matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, place = '']) => place);
    return [...places, ...listReferences(item)];
  });
}
