import { runBattery } from "./battery.ts";
import { diskScenarios } from "./disk-scenarios.ts";
import { networkScenarios } from "./network-scenarios.ts";
import { overloadScenarios } from "./overload-scenarios.ts";

runBattery([...diskScenarios, ...networkScenarios, ...overloadScenarios]);
