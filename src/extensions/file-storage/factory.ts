import { defineExtension } from "../../component/factory.ts";
import { fileStorageConfig } from "./config.ts";
import { FileStorageExtension } from "./file-storage-extension.ts";

export const fileStorage = defineExtension({
  type: "file_storage",
  stability: "beta",
  description: "Keeps the queues of exporters on disk, through restarts and kills",
  config: fileStorageConfig,
  create: (config, settings) => new FileStorageExtension(config, settings),
});
