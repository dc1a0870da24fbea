// A load in a process of its own: main.ts OPTIONS, which are `LoadOptions` as JSON. Prints a `LoadReport` as JSON.
import { Load, type LoadOptions } from "./run-load.ts";

const load = await Load.open(JSON.parse(process.argv[2] ?? "{}") as LoadOptions);
console.log(JSON.stringify(await load.run()));
load.close();
