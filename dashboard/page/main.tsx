import { render } from 'preact';
import { App } from './app.tsx';
import { createLiveStore, LiveContext } from './live/live-store.ts';
import './page.css';

const root = document.getElementById('app');
if (!root) throw new Error('#app: element not found in the HTML');
const store = createLiveStore('/dashboard/events');
store.connect();
render(
  <LiveContext.Provider value={store}>
    <App />
  </LiveContext.Provider>,
  root,
);
