import { runBattery } from "./battery.ts";
import { scenarios } from "./scenarios.ts";

runBattery(scenarios);
