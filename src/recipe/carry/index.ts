/** @file Pictures and links that carry their recipe. */

export * from './carried.js';
export * from './embed.js';
export * from './foreign.js';
export * from './link.js';
