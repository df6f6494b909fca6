/** @file The REST routes for programs (OpenAPI 3.1), from their table and the schemas that requests are checked by. */

import { z } from 'zod';
import { packageVersion } from '../../src/package-root.js';
import { recipeSchema } from '../../src/recipe/schema.js';
import { jsonSchema } from '../../src/validation.js';
import * as protocol from '../protocol.js';
import { type Route, routes } from './api-table.js';

const schemaOf = (schema: z.ZodType): unknown =>
	z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' });

/** The OpenAPI document. */
export function openApi(): unknown {
	const paths: Record<string, Record<string, unknown>> = {};
	for (const route of routes) {
		const path = `${protocol.apiBase}${route.path}`;
		paths[path] ??= {};
		paths[path][route.method] = operationOf(route);
	}
	const problem = {
		type: 'object',
		required: ['type', 'title', 'status', 'detail', 'code'],
		properties: {
			type: { type: 'string' },
			title: { type: 'string' },
			status: { type: 'integer' },
			detail: { type: 'string' },
			code: { type: 'string' },
			issues: { type: 'array', items: { type: 'object' } },
		},
	};
	return {
		openapi: '3.1.0',
		info: { title: 'Atelier studio', version: packageVersion() },
		paths,
		components: { schemas: { Recipe: jsonSchema(recipeSchema), Problem: problem } },
	};
}

function operationOf({ method, path, summary, body, query, answers, status = 200, media }: Route): unknown {
	const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
		name,
		in: 'path',
		required: true,
		schema: { type: 'string' },
	}));
	const { properties = {}, required = [] } = (query ? schemaOf(query) : {}) as {
		properties?: Record<string, unknown>;
		required?: string[];
	};
	const inQuery = Object.entries(properties).map(([name, schema]) => ({
		name,
		in: 'query',
		required: required.includes(name),
		schema,
	}));
	const json = (schema: unknown) => ({ 'application/json': { schema } });
	const bytes = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };
	const content =
		body === 'bytes'
			? bytes
			: body === 'link or bytes'
				? { ...json(schemaOf(protocol.readRequest)), ...bytes }
				: json(body === undefined || body === 'nothing' ? { type: 'object' } : schemaOf(body));
	return {
		operationId: `${method} ${path}`,
		summary,
		...(inPath.length + inQuery.length > 0 && { parameters: [...inPath, ...inQuery] }),
		...(body !== undefined && { requestBody: { content } }),
		responses: {
			[status]: {
				description: answers || 'nothing',
				...(answers && { content: { [media ?? 'application/json']: {} } }),
			},
			default: {
				description: 'A problem (RFC 9457)',
				content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
			},
		},
	};
}
