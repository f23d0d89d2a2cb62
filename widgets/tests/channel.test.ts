import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Channel, RequestFailed } from "../src/channel";
import type { AnyEvent, Source } from "../src/wire";
import { FakeModel } from "./fakes";

const source: Source = { type: "Source", module: "till", number: 1, text: "x = 1" };
const ask = { type: "GetSource", module: "till", number: 1 } as const;

describe("channel", () => {
  it("gives each request the reply with its id", async () => {
    const fake = new FakeModel({});
    const channel = new Channel(fake.model);
    const first = channel.request(ask);
    const second = channel.request({ ...ask, number: 2 });
    fake.reply(fake.sent[1]?.id ?? "", { ...source, number: 2 });
    fake.reply(fake.sent[0]?.id ?? "", source);
    expect([await first, await second]).toEqual([source, { ...source, number: 2 }]);
  });

  it("turns a failure into an error with the name of its class", async () => {
    const fake = new FakeModel({}, () => ({ type: "Failure", error: "VersionNotFound", message: "the newest is 5" }));
    const failure = new Channel(fake.model).request(ask);
    await expect(failure).rejects.toEqual(new RequestFailed("VersionNotFound", "the newest is 5"));
  });

  it("leaves replies to another view of the same model alone", () => {
    const fake = new FakeModel({});
    const [one, other] = [new Channel(fake.model), new Channel(fake.model)];
    void one.request(ask);
    void other.request(ask);
    expect(fake.sent[0]?.id).not.toEqual(fake.sent[1]?.id);
  });

  it("passes events on until it is closed", () => {
    const fake = new FakeModel({});
    const channel = new Channel(fake.model);
    const heard: AnyEvent[] = [];
    channel.onEvent((event) => heard.push(event));
    const event: AnyEvent = { type: "TreeChanged", number: 1, time: 2, reason: "started" };
    fake.happen(event);
    channel.close();
    fake.happen(event);
    expect(heard).toEqual([event]);
  });
});

describe("a channel over a connection that loses messages", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("asks again under the same id until it is answered", async () => {
    const fake = new FakeModel({});
    const answer = new Channel(fake.model).request(ask);
    vi.advanceTimersByTime(2000 + 4000);
    const ids = fake.sent.map(({ id }) => id);
    expect([3, 1]).toEqual([ids.length, new Set(ids).size]);
    fake.reply(ids[0] ?? "", source);
    expect(await answer).toEqual(source);
    vi.advanceTimersByTime(60_000);
    expect(fake.sent.length).toBe(3);
  });

  it("tells since when it waits, and that it waits no more", () => {
    const fake = new FakeModel({});
    const channel = new Channel(fake.model);
    const told: (number | null)[] = [];
    channel.onSilence((since) => told.push(since));
    const began = Date.now();
    void channel.request(ask);
    vi.advanceTimersByTime(6000);
    fake.reply(fake.sent[0]?.id ?? "", source);
    expect(told).toEqual([began, null]);
  });

  it("notices a pushed message that did not arrive", () => {
    const fake = new FakeModel({});
    const channel = new Channel(fake.model);
    let missed = 0;
    channel.onMissed(() => {
      missed += 1;
    });
    const event: AnyEvent = { type: "TreeChanged", number: 1, time: 2, reason: "started" };
    for (const seq of [7, 8, 10, 11]) fake.emit("msg:custom", { event, seq });
    expect(missed).toBe(1);
  });

  it("sends again what could not be sent", async () => {
    const fake = new FakeModel({}, () => source);
    const send = vi.spyOn(fake, "send").mockImplementationOnce(() => {
      throw new Error("Cannot send");
    });
    const answer = new Channel(fake.model).request(ask);
    vi.advanceTimersByTime(2000);
    expect(await answer).toEqual(source);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it("goes on over another comm with what was not answered", async () => {
    const [old, next] = [new FakeModel({}), new FakeModel({}, () => source)];
    const channel = new Channel(old.model);
    const answer = channel.request(ask);
    channel.use(next.model);
    expect(await answer).toEqual(source);
  });
});
