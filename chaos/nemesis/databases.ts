/** Owns what befalls the participants' databases, those that are servers, and the disk under Temporal's. */
import { type World } from '../world/world';
import { type FaultKind } from './kind';

export function ofDatabases({ databases }: World): FaultKind[] {
  const named = (name: string): World['databases'][number] | undefined =>
    databases.find(each => nameOf(each) === name);
  const killable = databases.filter(({ kill }) => kill !== undefined).map(nameOf);
  const freezable = databases.filter(({ freeze }) => freeze !== undefined).map(nameOf);
  return [
    {
      ...{ fault: 'kill database', targets: killable, longestMs: 3_000, holdsProcess: true },
      run: async (target, until) => {
        await named(target)?.kill?.();
        await until;
        await named(target)?.restart?.();
        return undefined;
      },
    },
    {
      ...{ fault: 'stop database', targets: freezable, longestMs: 6_000, holdsProcess: true },
      run: async (target, until) => {
        named(target)?.freeze?.();
        try {
          await until;
        } finally {
          named(target)?.thaw?.();
        }
        return undefined;
      },
    },
  ];
}

/** As a target, which its participant is too, and by that name. */
const nameOf = ({ name }: World['databases'][number]): string => `${name}'s database`;

/** While it is full, nobody else has the server in hand: one that is started on a full disk ends at once. */
export function ofDisk({ disk }: World): FaultKind[] {
  return [
    {
      ...{
        fault: 'disk full',
        targets: disk === undefined ? [] : ['temporal'],
        longestMs: 4_000,
        holdsProcess: true,
      },
      run: async (_target, until) => {
        const left = disk?.fill();
        try {
          await until;
        } finally {
          disk?.makeRoom();
        }
        return left;
      },
    },
  ];
}
