/** Owns the picture of both phases: a bar a participant, its failed requests as ticks, the next one and the deadline ahead. The table below it says the same. */
import { type VNode } from 'preact';
import { type ParticipantDocument, type TransactionDocument } from '../src/protocol/client/document';
import { type Scale, scaleOf } from './scale';
import { type Sighted } from './watched';
import { duration, howMany, inWords } from './words';

interface Props {
  readonly document: TransactionDocument;
  readonly sighted: Readonly<Record<string, Sighted>>;
  readonly now: number;
}

export function Timeline({ document, sighted, now }: Props): VNode {
  const scale = scaleOf(document, now);
  const { endedAt, participants, decideBy } = document;
  const isDecided = scale.decidedAt !== undefined;
  return (
    <figure class="timeline">
      <div role="img" aria-label={spokenOf(document)}>
        <div class="lane axis">
          <span class="name" />
          <div class="track">
            <span class="begin">begin</span>
            {isDecided && (
              <Label
                at={scale.at(scale.decidedAt ?? 0)}
                text={`decided after ${duration((scale.decidedAt ?? 0) - scale.from)}`}
              />
            )}
            <span class="end">{endOf(document, scale, now)}</span>
          </div>
        </div>
        {participants.map(participant => (
          <div class="lane" key={participant.name}>
            <span class="name">{participant.name}</span>
            <div class="track">
              {barsOf(participant, document, { scale, now, seen: sighted[participant.name] }).map(bar => (
                <span
                  key={bar.kind}
                  class={`bar ${bar.kind}`}
                  title={bar.title}
                  style={{ left: `${bar.from}%`, width: `${Math.max(bar.to - bar.from, 0.7)}%` }}
                />
              ))}
              {(sighted[participant.name]?.failures ?? []).map(at => (
                <span
                  key={at}
                  class="tick"
                  title={`failed at ${at}`}
                  style={{ left: `${scale.at(Date.parse(at))}%` }}
                />
              ))}
              {endedAt === undefined && participant.nextAttemptAt !== undefined && (
                <span
                  class="next"
                  title={`next request at ${participant.nextAttemptAt}`}
                  style={{ left: `${scale.at(Date.parse(participant.nextAttemptAt))}%` }}
                />
              )}
              {isDecided && <span class="line" style={{ left: `${scale.at(scale.decidedAt ?? 0)}%` }} />}
              {endedAt === undefined && (
                <span class="line now" title="now" style={{ left: `${scale.at(now)}%` }} />
              )}
              {!isDecided && endedAt === undefined && (
                <span
                  class="line deadline"
                  title={`deadline ${decideBy}`}
                  style={{ left: `${scale.at(Date.parse(decideBy))}%` }}
                />
              )}
            </div>
          </div>
        ))}
      </div>
      <figcaption>
        <i class="bar prepare" /> prepare <i class="bar doubt" /> in doubt <i class="bar commit" /> commit{' '}
        <i class="bar rollback" /> rollback <i class="bar waiting" /> not acknowledged{' '}
        <i class="bar forced" /> settled by hand <i class="tick" /> failed request seen <i class="next" />{' '}
        next request
      </figcaption>
    </figure>
  );
}

function Label({ at, text }: { readonly at: number; readonly text: string }): VNode {
  return (
    <span class="mark" style={{ left: `${at}%` }}>
      {text}
    </span>
  );
}

function endOf({ endedAt, decidedAt }: TransactionDocument, scale: Scale, now: number): string {
  if (endedAt !== undefined) return `ended after ${duration(scale.to - scale.from)}`;
  if (decidedAt === undefined) return `deadline in ${duration(Math.max(scale.to - now, 0))}`;
  return scale.to > now + 1_000 ? `next in ${duration(scale.to - now)}` : 'now';
}

interface Bar {
  readonly kind: 'prepare' | 'doubt' | 'commit' | 'rollback' | 'waiting' | 'forced';
  readonly from: number;
  readonly to: number;
  readonly title: string;
}

interface View {
  readonly scale: Scale;
  readonly now: number;
  readonly seen: Sighted | undefined;
}

function barsOf(
  participant: ParticipantDocument,
  { decision, endedAt }: TransactionDocument,
  { scale, now, seen }: View,
): Bar[] {
  const { state, vote, lastError } = participant;
  const present = scale.at(endedAt === undefined ? now : scale.to);
  const decided = scale.decidedAt === undefined ? present : scale.at(scale.decidedAt);
  const asked = state !== 'waiting';
  const one: Bar[] = !asked
    ? []
    : [
        {
          kind: state === 'prepared' ? 'doubt' : 'prepare',
          from: 0,
          to: decided,
          title: vote === undefined ? 'asked to prepare' : `voted ${vote}`,
        },
      ];
  if (scale.decidedAt === undefined) return one;
  const kind = decision === 'rollback' ? 'rollback' : 'commit';
  if (state === 'committing' || state === 'rollingBack')
    return [
      ...one,
      {
        kind: 'waiting',
        from: decided,
        to: present,
        title: `${kind} not acknowledged, ${howMany(participant.attempts, 'request')}`,
      },
    ];
  if (state !== 'committed' && state !== 'rolledback' && state !== 'forced') return one;
  const lately =
    lastError === undefined || Date.parse(lastError.at) < scale.decidedAt ? undefined : lastError.at;
  const known = participant.forced?.at ?? seen?.settledAt ?? lately;
  const to = known === undefined ? decided + 2 : scale.at(Date.parse(known));
  const title =
    known === undefined ? `${inWords(state)} (when is not in the record)` : `${inWords(state)} by ${known}`;
  return [...one, { kind: state === 'forced' ? 'forced' : kind, from: decided, to, title }];
}

function spokenOf({ participants, state }: TransactionDocument): string {
  const each = participants.map(
    ({ name, state: how, attempts }) => `${name} ${inWords(how)}, ${howMany(attempts, 'request')}`,
  );
  return `Timeline: ${inWords(state)}. ${each.join('; ')}`;
}
