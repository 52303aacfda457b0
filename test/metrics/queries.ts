/** Owns what an expression asks for, by Prometheus' own grammar: each metric with the labels that it is selected or grouped by. */
import { parser } from '@prometheus-io/lezer-promql';

type SyntaxNode = ReturnType<typeof parser.parse>['topNode'];

export interface Asked {
  readonly metric: string;
  readonly labels: readonly string[];
  /** Label and value, where one value, or some, are named. */
  readonly values: readonly (readonly [label: string, value: string])[];
}

/** @throws where it is no PromQL */
export function askedBy(expression: string): readonly Asked[] {
  const text = expression.replaceAll('$__rate_interval', '5m');
  const tree = parser.parse(text);
  tree.iterate({
    enter: ({ type, from }) => {
      if (type.isError) throw new Error(`no PromQL at ${String(from)}: ${text}`);
    },
  });
  const asked: Asked[] = [];
  const visit = (node: SyntaxNode, grouped: readonly string[]): void => {
    const groups = node.name === 'AggregateExpr' ? [...grouped, ...groupedBy(node, text)] : grouped;
    if (node.name === 'VectorSelector') asked.push(selected(node, text, groups));
    for (const child of childrenOf(node)) visit(child, groups);
  };
  visit(tree.topNode, []);
  return asked;
}

function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) children.push(child);
  return children;
}

function textOf(node: SyntaxNode, text: string): string {
  return text.slice(node.from, node.to);
}

function groupedBy(aggregate: SyntaxNode, text: string): string[] {
  const modifier = aggregate.getChild('AggregateModifier');
  return modifier?.getChild('By') == null ? [] : all(modifier, 'LabelName').map(each => textOf(each, text));
}

function selected(selector: SyntaxNode, text: string, groups: readonly string[]): Asked {
  const metric = all(selector, 'Identifier')[0];
  const matchers = all(selector, 'UnquotedLabelMatcher').map(each => textOf(each, text));
  const pairs = matchers.flatMap(matcher => {
    const [, label = '', operator = '', value = ''] = /^(\w+)\s*(=~|=|!=|!~)\s*"(.*)"$/.exec(matcher) ?? [];
    const values = operator.startsWith('!') ? [] : operator === '=~' ? value.split('|') : [value];
    return [{ label, values: values.map(each => [label, each] as const) }];
  });
  return {
    metric: metric === undefined ? '' : textOf(metric, text),
    labels: [...pairs.map(({ label }) => label), ...groups],
    values: pairs.flatMap(({ values }) => values),
  };
}

function all(node: SyntaxNode, name: string): SyntaxNode[] {
  return childrenOf(node).flatMap(child => [...(child.name === name ? [child] : []), ...all(child, name)]);
}
