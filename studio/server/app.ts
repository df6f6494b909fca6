/** @file The express app: who may come in first, then the routes, then the page, then what went wrong. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import express, { type Express } from 'express';
import { packageRoot } from '../../src/package-root.js';
import { apiBase } from '../protocol.js';
import { limits } from './limits.js';
import { answerProblems, HttpProblem, noRoute } from './problem.js';
import { docsRoutes, openApiRoutes } from './routes/docs.js';
import { encoderRoutes } from './routes/encoders.js';
import { infoRoutes } from './routes/info.js';
import { outputRoutes } from './routes/outputs.js';
import { presetRoutes } from './routes/presets.js';
import { queueRoutes } from './routes/queue.js';
import { recipeRoutes } from './routes/recipes.js';
import { runRoutes } from './routes/runs.js';
import { uploadRoutes } from './routes/uploads.js';
import { headers, limited, type Names, onlyJson, onlyOurs, onlyWithToken } from './security.js';
import type { Studio } from './studio.js';
import type { TokenGate } from './token.js';

/** Where vite has built the page. */
export const pageFolder = (): string => join(packageRoot(), 'dist', 'studio', 'web');

export function createApp(studio: Studio, names: Names, gate: TokenGate | undefined): Express {
	const app = express();
	app.disable('x-powered-by');
	app.set('query parser', 'simple');
	app.use(headers());
	app.use(onlyOurs(names));
	app.use(limited());
	if (gate) app.use(onlyWithToken(gate));

	const api = express.Router();
	api.use((_, response, next) => {
		response.set('Cache-Control', 'no-store');
		next();
	});
	api.use(onlyJson);
	api.use(express.json({ limit: limits.bodyBytes, inflate: false }));
	api.use(infoRoutes(studio));
	api.use('/runs', runRoutes(studio));
	api.use('/queue', queueRoutes(studio));
	api.use('/recipes', recipeRoutes(studio));
	api.use('/outputs', outputRoutes(studio));
	api.use('/presets', presetRoutes(studio));
	api.use('/encoders', encoderRoutes(studio));
	api.use('/uploads', uploadRoutes(studio));
	api.use(openApiRoutes());
	api.use(noRoute);
	app.use(apiBase, api);

	app.use(docsRoutes());
	app.use(page());
	app.use(noRoute);
	app.use(answerProblems(studio.outputs, studio.log));
	return app;
}

/** The built page; names of assets hold their hashes. */
function page(): express.RequestHandler {
	const folder = pageFolder();
	const files = express.static(folder, {
		setHeaders(response, path) {
			const isAsset = path.startsWith(join(folder, 'assets'));
			response.setHeader('Cache-Control', isAsset ? 'public, max-age=31536000, immutable' : 'no-cache');
		},
	});
	return (request, response, next) => {
		if (request.path === '/' && !existsSync(join(folder, 'index.html')))
			throw new HttpProblem(503, 'E_NOT_BUILT', 'the page is not built; npm run build makes it');
		files(request, response, next);
	};
}
