/** The supervision tree: shape and word for how each one is, then what it counts. */

import { t } from "./text";
import type { TreeNode } from "./wire";

export interface TreeProps {
  roots: readonly TreeNode[];
  /** The live version of each module: what its workers run. */
  live: Readonly<Record<string, number>>;
}

export function TreeView({ roots, live }: TreeProps) {
  if (roots.length === 0)
    return (
      <p class="sk-empty">
        {t("No workers run yet. Start a tree with")} <code>%sandbox_start module</code>.
      </p>
    );
  return (
    <ul class="sk-Tree">
      {roots.map((node) => (
        <Node key={node.id} node={node} live={live} />
      ))}
    </ul>
  );
}

function Node({ node, live }: { node: TreeNode; live: TreeProps["live"] }) {
  return (
    <li class="sk-Tree-item">
      <div class="sk-Tree-row">
        <span class={`sk-Mark sk-mod-${node.status}`} aria-hidden="true" />
        <span class={`sk-Tree-name sk-mod-${node.kind}`}>{node.name || node.id}</span>
        <span class="sk-Tree-status">{t(node.status)}</span>
        <span class="sk-Module-gap" />
        <span class="sk-Tree-facts">{facts(node, live)}</span>
      </div>
      {node.last_crash && <p class="sk-Tree-crash">{node.last_crash}</p>}
      {node.children.length > 0 && (
        <ul class="sk-Tree">
          {node.children.map((child) => (
            <Node key={child.id} node={child} live={live} />
          ))}
        </ul>
      )}
    </li>
  );
}

export function facts(node: TreeNode, live: TreeProps["live"]): string {
  const found = node.kind === "supervisor" ? limits(node) : [];
  if (node.kind === "worker" && node.module) {
    const number = live[node.module];
    found.push(number ? `${node.module} v${number}` : node.module);
  }
  if (node.mailbox) found.push(t("{n} waiting", { n: node.mailbox }));
  return found.join(" · ");
}

function limits(node: TreeNode): string[] {
  if (!node.max_restarts) return [node.strategy];
  const facts = { used: node.restarts, most: node.max_restarts, seconds: node.max_seconds };
  const used = node.restarts
    ? t("{used} of {most} restarts used in {seconds} s", facts)
    : t("at most {most} restarts in {seconds} s", facts);
  return [node.strategy, used].filter(Boolean);
}
