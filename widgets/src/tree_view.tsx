/** The supervision tree: shape and word for how each one is, then what it counts. */
import { count } from "./module_state";
import type { TreeNode } from "./wire";

export function TreeView({ roots }: { roots: readonly TreeNode[] }) {
  if (roots.length === 0)
    return (
      <p class="sk-empty">
        No workers run yet. Start a tree with <code>%sandbox_start module</code>.
      </p>
    );
  return (
    <ul class="sk-Tree">
      {roots.map((node) => (
        <Node key={node.id} node={node} />
      ))}
    </ul>
  );
}

function Node({ node }: { node: TreeNode }) {
  return (
    <li class="sk-Tree-item">
      <div class="sk-Tree-row">
        <span class={`sk-Mark sk-mod-${node.status}`} aria-hidden="true" />
        <span class={`sk-Tree-name sk-mod-${node.kind}`}>{node.name || node.id}</span>
        <span class="sk-Tree-status">{node.status}</span>
        <span class="sk-Module-gap" />
        <span class="sk-Tree-facts">{facts(node)}</span>
      </div>
      {node.last_crash && <p class="sk-Tree-crash">{node.last_crash}</p>}
      {node.children.length > 0 && (
        <ul class="sk-Tree">
          {node.children.map((child) => (
            <Node key={child.id} node={child} />
          ))}
        </ul>
      )}
    </li>
  );
}

export function facts(node: TreeNode): string {
  const found = [];
  if (node.kind === "supervisor" && node.strategy) found.push(node.strategy);
  if (node.kind === "supervisor" && node.max_restarts)
    found.push(`at most ${count(node.max_restarts, "restart")} in ${node.max_seconds} s`);
  if (node.kind === "worker" && node.module) found.push(node.version ? `${node.module} v${node.version}` : node.module);
  if (node.restarts) found.push(count(node.restarts, "restart"));
  if (node.mailbox) found.push(`${node.mailbox} waiting`);
  return found.join(" · ");
}
