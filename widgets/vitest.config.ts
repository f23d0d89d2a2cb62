import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { BUILD: JSON.stringify("0123456789ab") },
  test: { environment: "happy-dom", include: ["tests/**/*.test.{ts,tsx}"] },
});
