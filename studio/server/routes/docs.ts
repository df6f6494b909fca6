/** @file /api/v1/openapi.json and /docs. */

import { Router } from 'express';
import { apiBase } from '../../protocol.js';
import { routes } from '../api-table.js';
import { openApi } from '../openapi.js';

/** For programs. */
export function openApiRoutes(): Router {
	const router = Router();
	let document: unknown;
	router.get('/openapi.json', (_, response) => {
		document ??= openApi();
		response.json(document);
	});
	return router;
}

/** For people: nothing in it runs, and its style is a file beside it, as the policy of the studio wants. */
export function docsRoutes(): Router {
	const router = Router();
	router.get('/docs', (_, response) => {
		response.type('html').send(page());
	});
	router.get('/docs.css', (_, response) => {
		response.type('css').send(style);
	});
	return router;
}

function page(): string {
	const rows = routes.map(
		({ method, path, summary, answers, status = 200 }) =>
			`<tr><td><code>${method.toUpperCase()}</code></td><td><code>${apiBase}${path}</code></td><td>${summary}</td><td>${status} ${answers && `<code>${answers}</code>`}</td></tr>`,
	);
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Atelier studio: its API</title>
<link rel="stylesheet" href="/docs.css">
</head>
<body>
<h1>The studio's API</h1>
<p>JSON in and out; bodies and queries are in <a href="${apiBase}/openapi.json">openapi.json</a>. What changes anything has the content
type <code>application/json</code>, with <code>{}</code> where there is nothing to say. Problems are
<code>application/problem+json</code> with a stable <code>code</code>. Where the studio has a token, send it as
<code>Authorization: Bearer …</code>.</p>
<table>
<thead><tr><th>Method</th><th>Path</th><th>What it does</th><th>Answers</th></tr></thead>
<tbody>
${rows.join('\n')}
</tbody>
</table>
<h2>Sockets</h2>
<p>socket.io at the same address. Send <code>watch(id, answer)</code> to be told of a run: the answer is
<code>{run, history, layout, frames}</code>, then come <code>step</code> and <code>frame</code> (the newest; some are left out for slow
readers) and in the end <code>final</code>. Everybody hears <code>run</code>, <code>queue</code>, <code>output</code>.
<code>unwatch()</code> ends it.</p>
<pre><code>curl -s localhost:4321${apiBase}/runs -H 'content-type: application/json' -d '{"recipe": {"prompts": "a red heart"}}'</code></pre>
</body>
</html>
`;
}

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 75rem; padding: 1.5rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: .35rem .8rem .35rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); vertical-align: top; }
pre { overflow-x: auto; padding: .8rem; background: color-mix(in srgb, currentColor 8%, transparent); border-radius: 6px; }
`;
