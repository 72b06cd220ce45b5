import { render } from 'preact';
import { App } from './app.tsx';
import { createLiveStore, LiveContext } from './live/live-store.ts';
import './page.css';

const place = document.getElementById('app');
if (!place) throw new Error('#app: must be in the page');
const store = createLiveStore('/dashboard/events');
store.connect();
render(
  <LiveContext.Provider value={store}>
    <App />
  </LiveContext.Provider>,
  place,
);
