/** Runs a task when no other one with any of these names runs; those with a name in common run in the order that they came. */
export type InTurn<Name> = <Value>(names: readonly Name[], task: () => Promise<Value>) => Promise<Value>;

export function takeTurns<Name>(): InTurn<Name> {
  const last = new Map<Name, Promise<unknown>>();
  return (names, task) => {
    const turn = Promise.all(names.map((name) => last.get(name))).then(task);
    const ended = turn.catch(() => undefined);
    for (const name of names) last.set(name, ended);
    return turn;
  };
}
