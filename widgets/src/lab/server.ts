/** `/sandbox/api` of the page's own server, with the page's own credentials, and what its event bus tells of sandboxes. */
import type { Act } from "../panel";
import { t } from "../text";
import type { Applied, History, Served, Snapshot } from "../wire";
import type { App, Packages } from "./host";

const SCHEMA = "https://sandbox-kernel.readthedocs.io/schemas/sandbox_event/v1";

export interface SandboxEvent {
  sandbox: string;
  name: string;
  kind: string;
  sentence: string;
  details: Record<string, unknown>;
}

export class Server {
  constructor(
    private readonly app: App,
    private readonly connection: Packages["@jupyterlab/services"]["ServerConnection"],
  ) {}

  list(): Promise<Served[]> {
    return this.ask("GET", "/sandboxes");
  }

  snapshot(sandbox: string): Promise<Snapshot> {
    return this.ask("GET", `/sandboxes/${sandbox}/snapshot`);
  }

  history(sandbox: string, module: string): Promise<History> {
    return this.ask("GET", `/sandboxes/${sandbox}/modules/${encodeURIComponent(module)}/versions?limit=20`);
  }

  async rollBack(sandbox: string, module: string, version: number): Promise<void> {
    await this.ask("POST", `/sandboxes/${sandbox}/modules/${encodeURIComponent(module)}/rollback`, { version });
  }

  async act(sandbox: string, what: Act): Promise<void> {
    if (what === "shutdown") await this.ask("DELETE", `/sandboxes/${sandbox}`);
    else await this.ask("POST", `/sandboxes/${sandbox}/${what}`, {});
  }

  onEvent(listener: (event: SandboxEvent) => void): () => void {
    const { stream } = this.app.serviceManager.events;
    const hear = (_: unknown, event: Record<string, unknown>): void => {
      if (event.schema_id === SCHEMA) listener(event as unknown as SandboxEvent);
    };
    stream.connect(hear);
    return () => stream.disconnect(hear);
  }

  private async ask<T>(method: string, path: string, body?: object): Promise<T> {
    const settings = this.app.serviceManager.serverSettings;
    const init = body ? { method, body: JSON.stringify(body) } : { method };
    const answer = await this.connection.makeRequest(`${settings.baseUrl}sandbox/api${path}`, init, settings);
    if (answer.ok) return (answer.status === 204 ? null : await answer.json()) as T;
    const said = (await answer.json().catch(() => ({}))) as Partial<Applied & { message: string }>;
    if (answer.status === 404 && !said.message?.includes("sandbox"))
      throw new Error(t("The server's part is off. Run: jupyter server extension enable sandbox_kernel"));
    throw new Error(said.message ?? said.summary ?? t("The server answered with status {n}.", { n: answer.status }));
  }
}
