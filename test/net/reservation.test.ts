import t from "tap";
import { ConsumeError } from "../../src/component/consume-error.ts";
import { Reservation } from "../../src/net/reservation.ts";

class Room {
  taken = 0;
  readonly limit: number;
  readonly calls: string[] = [];

  constructor(limit: number) {
    this.limit = limit;
  }

  reserve(byteCount: number): ConsumeError | undefined {
    this.calls.push(`reserve ${byteCount}`);
    if (this.taken + byteCount > this.limit) return new ConsumeError("refused", "no room");
    this.taken += byteCount;
    return undefined;
  }

  release(byteCount: number): void {
    this.calls.push(`release ${byteCount}`);
    this.taken -= byteCount;
  }
}

t.test("Reservation gives back what it took, once", (t) => {
  const room = new Room(100);
  const reservation = new Reservation(room);
  t.equal(reservation.resize(10), undefined);
  t.equal(reservation.resize(60), undefined);
  t.equal(room.taken, 60);
  reservation.release();
  reservation.release();
  t.equal(room.taken, 0);
  t.same(room.calls, ["reserve 10", "release 10", "reserve 60", "release 60"]);
  t.end();
});

t.test("Reservation holds nothing after a refusal", (t) => {
  const room = new Room(100);
  const reservation = new Reservation(room);
  t.equal(reservation.resize(50), undefined);
  t.match(reservation.resize(101), { kind: "refused" });
  t.equal(room.taken, 0);
  reservation.release();
  t.equal(room.taken, 0);
  t.end();
});

t.test("Reservation of nothing is one too", (t) => {
  const room = new Room(0);
  const reservation = new Reservation(room);
  t.equal(reservation.resize(0), undefined);
  reservation.release();
  t.same(room.calls, ["reserve 0", "release 0"]);
  t.end();
});
