/** The channel of one view, and the page's door to its kernel where there is one: after a restart it goes on through it. */
import { Channel, type Comm } from "./channel";
import { type Door, page } from "./page";

export class Connection {
  readonly channel: Channel;
  door: Door | null = null;
  private own: { close(): void } | null = null;
  private end: () => void = () => {};
  private closed = false;

  /** `door` is known where our extension opened the view itself; `onDoor` is called once one is found. */
  constructor(
    comm: Comm,
    private readonly el: HTMLElement,
    private readonly onDoor: (door: Door) => void = () => {},
    door: Door | null = null,
  ) {
    this.channel = new Channel(comm);
    if (door) queueMicrotask(() => this.take(door));
    else requestAnimationFrame(this.look);
  }

  close(): void {
    this.closed = true;
    this.end();
    this.own?.close();
    this.channel.close();
  }

  /** A view is drawn before it is put into the page, and only its place there tells whose it is. */
  private readonly look = (): void => {
    const door = this.el.isConnected ? page().doorOf?.(this.el) : null;
    if (door) this.take(door);
    else if (!this.closed && !this.el.isConnected) requestAnimationFrame(this.look);
  };

  private take(door: Door): void {
    if (this.closed) return;
    this.door = door;
    this.end = door.onChange((what) => what === "restarted" && this.reopen(door));
    this.onDoor(door);
  }

  private reopen(door: Door): void {
    this.own?.close();
    const own = door.open();
    this.own = own;
    this.channel.use(own);
  }
}
