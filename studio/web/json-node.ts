/** @file The part of JSON Schema that the recipe's schema uses. */

export interface JsonNode {
	readonly type?: string;
	readonly const?: unknown;
	readonly enum?: readonly unknown[];
	readonly default?: unknown;
	readonly description?: string;
	readonly unit?: string;
	readonly minimum?: number;
	readonly exclusiveMinimum?: number;
	readonly maximum?: number;
	readonly required?: readonly string[];
	readonly properties?: Readonly<Record<string, JsonNode>>;
	readonly prefixItems?: readonly JsonNode[];
}
