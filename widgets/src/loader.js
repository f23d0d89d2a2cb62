/**
 * The `_esm` of every widget: small, because each widget sends its own copy. It imports the bundle once per page, from
 * the notebook's server, and asks the kernel for it when the server has none or another build. An anywidget module has
 * a blob for its address, so the address of the bundle must be made whole from the page's.
 */
/* global BUILD */
// biome-ignore lint/suspicious/noAssignInExpressions: one line each, once per page
const shared = (globalThis.sandboxKernelViews ??= {});

async function fromServer() {
  const page = JSON.parse(document.getElementById("jupyter-config-data")?.textContent ?? "{}");
  if (!page.fullLabextensionsUrl) throw new Error("this page names no place for extensions");
  const path = `${page.fullLabextensionsUrl}/sandbox-kernel/widgets.js?v=${BUILD}`;
  const views = await import(new URL(path, location.href).href);
  if (views.build !== BUILD) throw new Error(`the server has build ${views.build}`);
  return views;
}

function fromKernel(model) {
  return new Promise((resolve, reject) => {
    const receive = async (content, [packed] = []) => {
      if (content?.bundle !== BUILD || !packed) return;
      model.off("msg:custom", receive);
      const text = new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")));
      const url = URL.createObjectURL(new Blob([await text.arrayBuffer()], { type: "text/javascript" }));
      import(url).then(resolve, reject);
    };
    model.on("msg:custom", receive);
    model.send({ bundle: BUILD });
  });
}

function views(model) {
  shared[BUILD] ??= fromServer().catch(() => fromKernel(model));
  return shared[BUILD];
}

export default {
  async render({ model, el }) {
    el.textContent = "Loading the sandbox's view…";
    const { mount } = await views(model);
    el.textContent = "";
    return mount(model, el);
  },
};
